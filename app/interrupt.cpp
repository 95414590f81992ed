#include "interrupt.hpp"

#include <csignal>

namespace pcsim::app {

Interrupt::Interrupt(boost::asio::io_context& host, Loop& loop, Pipeline& pipeline)
    : signals_(host, SIGINT, SIGTERM), loop_(loop), pipeline_(pipeline) {
  if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
  kept_.count();
  wait();
}

void Interrupt::wait() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (status_) return loop_.abort(std::make_exception_ptr(InterruptedAgain()));
    status_ = exit_status_of(signal);
    pipeline_.stop_soon();
    wait();
  });
}

}  // namespace pcsim::app
