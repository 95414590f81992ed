#pragma once

#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace pcsim {

/// A loop in virtual time, with its host and its clock.
struct VirtualLoop {
  /// Runs a coroutine function to its end as the main task.
  template <class Main>
  Loop::Ended run(Main&& main) {
    Task task(loop, main());
    return loop.run_until_complete(task);
  }

  boost::asio::io_context host;
  VirtualClock clock;
  Loop loop{host, clock};
};

/// What happened, in order: "a, b, c".
class Journal {
public:
  void operator()(std::string_view what) {
    if (!text_.empty()) text_ += ", ";
    text_ += what;
  }

  /// With the loop's time: "0.5 a".
  void operator()(const Loop& loop, std::string_view what) { (*this)(fmt::format("{} {}", loop.time(), what)); }

  const std::string& text() const { return text_; }

private:
  std::string text_;
};

/// Counts the loop's rounds, from the one after its making. As long as it exists something is ready, so that time stands still.
class Rounds final : public Callback {
public:
  explicit Rounds(Loop& loop) : loop_(loop) { loop_.call_soon(*this); }
  void run() override {
    ++count_;
    loop_.call_soon(*this);
  }
  int count() const { return count_; }

private:
  Loop& loop_;
  int count_ = 0;
};

}  // namespace pcsim
