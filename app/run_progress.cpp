#include "run_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>

namespace pcsim::app {

namespace {

using Kind = Happening::Kind;

}  // namespace

RunProgress::RunProgress(boost::asio::io_context& host, const Loop& loop, const Scenario& scenario, double slow_callback)
    : loop_(loop), scenario_(scenario), slow_callback_(slow_callback), timer_(host) {
  if (line_.can_be_seen()) draw_after(std::chrono::milliseconds(scenario.clock == Scenario::Clock::wall ? 100 : 1000));
}

void RunProgress::on(const Happening& happening) {
  const Kind kind = happening.kind;
  done_ += kind == Kind::consumed || kind == Kind::timed_out || kind == Kind::failed;
}

void RunProgress::on_pause(const Pause& pause) {
  if (pause.seconds > slow_callback_) line_.erase();
}

void RunProgress::draw_after(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    try {
      draw();
    } catch (const std::bad_alloc&) {  // the run may still have enough
    }
    draw_after(std::chrono::milliseconds(100));
  });
}

void RunProgress::draw() {
  const double at = loop_.elapsed();
  const auto items = static_cast<double>(scenario_.items);
  double share = items > 0 ? static_cast<double>(done_) / items : -1;
  if (scenario_.stop_after) share = std::min(std::max(share, at / *scenario_.stop_after), 1.0);
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  const std::string whole = items > 0 ? fmt::format(" of {:.0f}", items) : "";
  line_.show(fmt::format("{}{} items, {:.3f} s", done_, whole, at), share, passed);
}

}  // namespace pcsim::app
