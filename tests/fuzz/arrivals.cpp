#include "promise.hpp"
#include "scratch.hpp"
#include "targets.hpp"

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>

#include <cstdint>
#include <string>

namespace pcsim {

namespace {

// Reads a log of so many items once more.
void read_again(const std::string& path, double speed, std::uint64_t count) {
  ArrivalLog log(path, speed);
  double last = 0;
  for (; const auto arrival = log.next(); --count) {
    promise(count > 0, "there are more items than were counted", path);
    promise(arrival->at >= last && arrival->at <= longest_duration, "the time is out of order or bounds", to_text(arrival->at));
    promise(arrival->service.has_value() == log.has_service(), "it has a service time, or should", path);
    if (arrival->service)
      promise(*arrival->service >= 0 && *arrival->service <= longest_duration, "the work is out of bounds",
              to_text(*arrival->service));
    last = arrival->at;
  }
  promise(count == 0, "there are fewer items than were counted", path);
}

}  // namespace

void fuzz_arrivals(std::string_view bytes) {
  static const Scratch scratch;
  const std::string path = scratch.write("log.csv", bytes);
  for (const double speed : {1.0, 0.001}) {
    try {
      read_again(path, speed, CountedLog(path, speed).count());
    } catch (const BadValue& error) {
      promise_place(error.what(), path);
    }
  }
}

}  // namespace pcsim
