#pragma once

#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

namespace pcsim {

/// Thrown out of what was to stop before its end.
class Stopped : public std::exception {};

/// Calls `work`, which runs `loop`, and gives what it returns: nothing if `stop` was requested, from whatever thread, before its
/// end.
template <class Work>
std::optional<std::invoke_result_t<Work>> until_stopped(boost::asio::io_context& host, Loop& loop, std::stop_token stop,
                                                        Work work) {
  // Whoever requests the stop is in another thread: only the host may be called from there.
  const std::stop_callback end_early(std::move(stop),
                                     [&] { boost::asio::post(host, [&] { loop.abort(std::make_exception_ptr(Stopped())); }); });
  try {
    return work();
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

/// Runs a scenario. Nothing if `stop` was requested before its end. Thread-safe: runs share nothing.
std::optional<Outcome> run(const Scenario& scenario, Clock& clock, const std::vector<Observer*>& observers, std::stop_token stop);

}  // namespace pcsim
