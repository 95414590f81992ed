#include <pcsim/runtime/timeout.hpp>

namespace pcsim {

Timeout::Timeout(Loop& loop, std::optional<double> delay)
    : loop_(loop), task_(loop.current_task()), cancelling_(task_.cancelling()) {
  if (!delay) return;
  const double when = loop.time() + *delay;
  if (when <= loop.time())
    loop.call_soon(*this);
  else
    timer_ = loop.call_at(when, *this);
}

Timeout::~Timeout() {
  end();
  if (state_ == State::expired) task_.uncancel();
}

bool Timeout::exceeded() {
  end();
  if (state_ != State::expired) return false;
  state_ = State::ended;
  return task_.uncancel() <= cancelling_;
}

void Timeout::fire() {
  timer_.reset();
  run();
}

void Timeout::run() {
  task_.cancel();
  state_ = State::expired;
}

void Timeout::end() {
  if (timer_) loop_.cancel_timer(*timer_);
  timer_.reset();
  unlink();
}

}  // namespace pcsim
