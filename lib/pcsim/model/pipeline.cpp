#include <pcsim/model/pipeline.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/timeout.hpp>
#include <pcsim/runtime/wait.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pcsim {

namespace {

using What = Happening::Kind;
using Purpose = Draw::Purpose;

Actor producer(std::uint32_t number) { return {Actor::Role::producer, number}; }
Actor consumer(std::uint32_t number) { return {Actor::Role::consumer, number}; }

bool work_is_a_sleep(const Scenario& scenario) {
  return scenario.work == Scenario::Work::async && !scenario.limit && !scenario.timeout && !scenario.lock_delay &&
         scenario.fail_at.empty();
}

std::optional<ArrivalLog> open_arrivals(const Scenario& scenario) {
  if (scenario.arrivals.empty()) return std::nullopt;
  const double speed = scenario.arrivals_speed.value_or(1);
  auto log = scenario.log ? scenario.log : std::make_shared<const CountedLog>(scenario.arrivals, speed);
  if (log->count() != scenario.items)
    throw BadValue(fmt::format("{}: the log has {} items, and not {}", scenario.arrivals, log->count(), scenario.items));
  return ArrivalLog(std::move(log), speed);
}

}  // namespace

bool is_plain(const Scenario& scenario) {
  return work_is_a_sleep(scenario) && scenario.streams == Scenario::Streams::shared && !scenario.produce_first &&
         !scenario.produce_delay.none() && !scenario.consume_delay.none() && scenario.arrivals.empty() && !scenario.ready_after &&
         scenario.on_stop != Scenario::OnStop::finish;
}

Pipeline::Pipeline(Loop& loop, const Scenario& scenario, std::vector<Observer*> observers, Kind kind)
    : loop_(loop),
      scenario_(scenario),
      per_item_(scenario.streams == Scenario::Streams::per_item),
      arrivals_(open_arrivals(scenario)),
      has_work_(!scenario.consume_delay.none() || (arrivals_ && arrivals_->has_service())),
      has_lock_time_(scenario.lock_delay && !scenario.lock_delay->none()),
      knows_times_((per_item_ && (has_work_ || has_lock_time_)) || (arrivals_ && arrivals_->has_service())),
      work_is_a_sleep_(work_is_a_sleep(scenario)),
      sleeps_(work_is_a_sleep_ && has_work_),
      observers_(std::move(observers)),
      shared_(loop, scenario),
      ready_(loop, "ready"),
      limit_(loop, scenario.limit.value_or(scenario.consumers), "limit"),
      lock_(loop, "lock"),
      threads_(loop, scenario.pool_size(), "threads"),
      stop_(*this) {
  PCSIM_ASSERT(!find_conflict(scenario));
  if (kind == Kind::general || !is_plain(scenario))
    in_hand_.resize(scenario.consumers);
  else if (observers_.empty())
    plain_ = plain_actors(Nobody());
  else
    plain_ = plain_actors(Observers(observers_));
  if (!observers_.empty())
    loop.on_wait = [this] {
      for (Observer* observer : observers_) observer->on_wait();
    };
  if (scenario.work == Scenario::Work::block)
    loop.on_pause = [this](double seconds) {
      for (Observer* observer : observers_) observer->on_pause({loop_.elapsed(), blocking_, seconds});
    };
}

Pipeline::~Pipeline() {
  loop_.on_pause = nullptr;
  loop_.on_wait = nullptr;
  if (stop_timer_) loop_.cancel_timer(*stop_timer_);
}

Outcome Pipeline::run() {
  main_.emplace(loop_, main(), TaskBase::OnException::abort);
  const Loop::Ended ended = loop_.run_until_complete(*main_);
  Outcome outcome{loop_.elapsed(), ended == Loop::Ended::deadlock, {}, failed_};
  if (outcome.deadlock) {
    const auto list = [&](const Task<>& task, Actor who) {
      if (const auto waiting = task.waiting()) outcome.stuck.push_back({who, waiting->what, waiting->since});
    };
    std::uint32_t number = 0;
    for (const Task<>& task : producers_) list(task, producer(++number));
    number = 0;
    for (const Task<>& task : consumers_) list(task, consumer(++number));
    if (ending_) list(*ending_, {});
  }
  return outcome;
}

Coroutine<> Pipeline::main() {
  if (scenario_.stop_after) stop_timer_ = loop_.call_later(*scenario_.stop_after, stop_);
  constexpr auto abort = TaskBase::OnException::abort;
  consumers_.reserve(scenario_.consumers);
  producers_.reserve(scenario_.producers);
  // Who is many may be stopped before all are there.
  for (std::uint32_t i = 1; i <= scenario_.consumers && !stopping_; ++i) {
    consumers_.emplace_back(loop_, plain_ ? plain_->consume(i) : consume(i), abort);
    loop_.poll_host();
  }
  for (std::uint32_t i = 1; i <= scenario_.producers && !stopping_; ++i) {
    producers_.emplace_back(loop_, plain_ ? plain_->produce(i) : arrivals_ ? produce_arrivals() : produce(i), abort);
    loop_.poll_host();
  }
  for (auto i = static_cast<std::uint32_t>(consumers_.size()); i < scenario_.consumers; ++i) tell_exit(consumer(i + 1));
  for (auto i = static_cast<std::uint32_t>(producers_.size()); i < scenario_.producers; ++i) tell_exit(producer(i + 1));
  if (!stopping_) ending_.emplace(loop_, end_in_order(), abort);
  if (scenario_.ready_after && (!stopping_ || scenario_.on_stop == Scenario::OnStop::drain))
    becoming_ready_.emplace(loop_, become_ready(), abort);

  WaitAll all(loop_);
  all.add(producers_);
  all.add(consumers_);
  co_await all;
  tell(What::done);
}

double Pipeline::work_time(Times times, std::uint64_t id, Random& stream, Actor self) {
  return knows_times_ ? times.work : draw(scenario_.consume_delay, stream, Purpose::work, self, id);
}

double Pipeline::draw(const Delay& delay, Random& stream, Purpose purpose, Actor who, std::uint64_t item) {
  const double seconds = delay.draw(stream);
  if (!observers_.empty()) tell_draw(purpose, who, item, seconds);
  return seconds;
}

Coroutine<> Pipeline::produce(std::uint32_t number) {
  const Actor self = producer(number);
  Random& stream = stream_of(self);
  const std::uint64_t share = shared_.share_of(number);
  try {
    for (std::uint64_t i = 0; i < share; ++i) {
      if (scenario_.produce_delay.none())
        loop_.poll_host();
      else if (!scenario_.produce_first)
        co_await loop_.sleep(draw(scenario_.produce_delay, stream, Purpose::produce, self, 0));
      const Message id = ++shared_.last_id;
      Times times;
      if (per_item_) {
        if (has_work_) times.work = draw(scenario_.consume_delay, stream, Purpose::work, self, id);
        if (has_lock_time_) times.held = draw(*scenario_.lock_delay, stream, Purpose::lock, self, id);
      }
      if (shared_.queue.full()) tell(What::blocked, self, id);
      co_await shared_.queue.put(id);
      if (knows_times_) times_.push(times);
      tell(What::put, self, id);
      if (scenario_.produce_first && !scenario_.produce_delay.none())
        co_await loop_.sleep(draw(scenario_.produce_delay, stream, Purpose::produce, self, 0));
    }
    if (--shared_.producing == 0 && scenario_.shutdown == Scenario::Shutdown::sentinel) co_await send_sentinels();
    tell_exit(self);
  } catch (const Cancelled&) {
    tell(What::cancelled, self);
    tell_exit(self);
    throw;
  }
}

// The one producer of a log: an item comes at its own time, or as soon as the producer gets to it.
Coroutine<> Pipeline::produce_arrivals() {
  const Actor self = producer(1);
  Random& stream = stream_of(self);
  try {
    while (const auto arrival = arrivals_->next()) {
      if (const double wait = arrival->at - loop_.time(); wait > 0) {
        tell_draw(Purpose::produce, self, 0, wait);
        co_await loop_.sleep_until(arrival->at);
      } else {
        loop_.poll_host();
      }
      const Message id = ++shared_.last_id;
      Times times;
      if (arrival->service) {
        times.work = *arrival->service;
        tell_draw(Purpose::work, self, id, times.work);
      } else if (per_item_ && has_work_) {
        times.work = draw(scenario_.consume_delay, stream, Purpose::work, self, id);
      }
      if (per_item_ && has_lock_time_) times.held = draw(*scenario_.lock_delay, stream, Purpose::lock, self, id);
      if (shared_.queue.full()) tell(What::blocked, self, id);
      co_await shared_.queue.put(id);
      if (knows_times_) times_.push(times);
      tell(What::put, self, id);
    }
    if (--shared_.producing == 0 && scenario_.shutdown == Scenario::Shutdown::sentinel) co_await send_sentinels();
    tell_exit(self);
  } catch (const Cancelled&) {
    tell(What::cancelled, self);
    tell_exit(self);
    throw;
  }
}

Coroutine<> Pipeline::send_sentinels() {
  for (std::uint64_t i = 0; i < scenario_.sentinels_sent(); ++i) {
    co_await shared_.queue.put(sentinel);
    loop_.poll_host();
  }
}

Coroutine<> Pipeline::consume(std::uint32_t number) {
  const Actor self = consumer(number);
  Random& stream = stream_of(self);
  std::uint64_t& in_hand = in_hand_[number - 1];
  try {
    if (scenario_.ready_after) co_await ready_.wait();
    while (!(stopping_ && scenario_.on_stop == Scenario::OnStop::finish)) {
      const Message id = co_await shared_.queue.get();
      const TaskDone task_done{shared_.queue};
      if (id == sentinel) break;
      in_hand = id;
      tell(What::got, self, id);
      Fate fate = Fate::consumed;
      if (!work_is_a_sleep_)
        fate = co_await process(id, stream, self);
      else if (has_work_)
        co_await loop_.sleep(work_time(known_times(), id, stream, self));
      switch (fate) {
        case Fate::consumed: tell(What::consumed, self, id); break;
        case Fate::timed_out: tell(What::timed_out, self, id); break;
        case Fate::failed:
          tell(What::failed, self, id);
          if (scenario_.on_failure == Scenario::OnFailure::stop) {
            tell_exit(self);
            failed_ = true;
            stop();
            co_return;
          }
      }
      in_hand = 0;
      if (!sleeps_) loop_.poll_host();
    }
    tell(What::stopped, self);
    tell_exit(self);
  } catch (const Cancelled&) {
    tell(What::cancelled, self, in_hand);
    tell_exit(self);
    throw;
  }
}

Coroutine<Pipeline::Fate> Pipeline::process(std::uint64_t id, Random& stream, Actor self) {
  const Times times = known_times();
  {
    const Semaphore::Permit permit = co_await limit_.acquire();
    Timeout timeout(loop_, scenario_.timeout);
    try {
      co_await work(times, id, stream, self);
    } catch (const Cancelled&) {
      if (!timeout.exceeded()) throw;
      co_return Fate::timed_out;
    }
  }
  if (scenario_.lock_delay) {
    const Lock::Held held = co_await lock_.acquire();
    if (has_lock_time_)
      co_await loop_.sleep(per_item_ ? times.held : draw(*scenario_.lock_delay, stream, Purpose::lock, self, id));
  }
  const bool fails = std::binary_search(scenario_.fail_at.begin(), scenario_.fail_at.end(), id);
  co_return fails ? Fate::failed : Fate::consumed;
}

Coroutine<> Pipeline::work(Times times, std::uint64_t id, Random& stream, Actor self) {
  if (scenario_.work == Scenario::Work::thread)
    co_await work_in_thread(times, id, stream, self);
  else if (!has_work_)
    co_return;
  else if (scenario_.work == Scenario::Work::async)
    co_await loop_.sleep(work_time(times, id, stream, self));
  else {
    blocking_ = self;
    loop_.block(work_time(times, id, stream, self));
  }
}

Coroutine<> Pipeline::work_in_thread(Times times, std::uint64_t id, Random& stream, Actor self) {
  Semaphore::Permit thread = co_await threads_.acquire();
  if (!has_work_) co_return;
  const double seconds = work_time(times, id, stream, self);
  co_await threads_.work(std::move(thread), seconds);
}

Coroutine<> Pipeline::become_ready() {
  co_await loop_.sleep(*scenario_.ready_after);
  tell(What::ready);
  ready_.set();
}

// Where the end is not the producers' affair: all is produced, all is consumed, the consumers are sent home.
Coroutine<> Pipeline::end_in_order() {
  WaitAll produced(loop_);
  for (Task<>& task : producers_) {
    produced.add(task);
    loop_.poll_host();
  }
  co_await produced;
  co_await shared_.queue.join();
  if (scenario_.shutdown == Scenario::Shutdown::join_sentinel) co_await send_sentinels();
  if (scenario_.shutdown == Scenario::Shutdown::join_cancel)
    for (Task<>& task : consumers_) {
      task.cancel();
      loop_.poll_host();
    }
}

void Pipeline::stop() {
  if (std::exchange(stopping_, true)) return;
  tell(What::stopping);
  if (ending_) ending_->cancel();
  if (becoming_ready_ && scenario_.on_stop != Scenario::OnStop::drain) becoming_ready_->cancel();
  for (std::size_t i = 0; i < producers_.size(); ++i) cancel(producers_[i], producer(static_cast<std::uint32_t>(i + 1)));
  switch (scenario_.on_stop) {
    case Scenario::OnStop::cancel:
    case Scenario::OnStop::finish:
      for (std::size_t i = 0; i < consumers_.size(); ++i)
        if (scenario_.on_stop == Scenario::OnStop::cancel || in_hand_[i] == 0)
          cancel(consumers_[i], consumer(static_cast<std::uint32_t>(i + 1)));
      break;
    case Scenario::OnStop::drain: draining_.emplace(loop_, send_sentinels(), TaskBase::OnException::abort); break;
  }
}

// A task that has not begun never does, and cannot tell its end.
void Pipeline::cancel(Task<>& task, Actor who) {
  task.cancel();
  if (!task.begun()) tell_exit(who);
}

void Pipeline::stop_soon() {
  if (!stopping_ && !stop_.is_linked()) loop_.interrupt(stop_);
}

// An actor's own stream, numbered as seed + (role << 64) + (number << 72), or the one that all share.
Random& Pipeline::stream_of(Actor who) {
  const bool is_consumer = who.role == Actor::Role::consumer;
  if (scenario_.streams == Scenario::Streams::shared || (per_item_ && is_consumer)) return shared_.stream;
  const std::uint32_t role = is_consumer ? 2 : 1;
  const std::array<std::uint32_t, 3> key{static_cast<std::uint32_t>(scenario_.seed),
                                         static_cast<std::uint32_t>(scenario_.seed >> 32), role | who.number << 8};
  return own_.emplace_back(key);
}

void Pipeline::tell_draw(Purpose purpose, Actor who, std::uint64_t item, double seconds) {
  const Draw drawn{loop_.elapsed(), purpose, who, item, seconds};
  for (Observer* observer : observers_) observer->on_draw(drawn);
}

void Pipeline::tell_exit(Actor who) {
  const Exit exit{loop_.elapsed(), who};
  for (Observer* observer : observers_) observer->on_exit(exit);
}

void Pipeline::tell_observers(What kind, Actor who, std::uint64_t item) {
  const Happening happening{loop_.elapsed(), kind, who, item};
  for (Observer* observer : observers_) observer->on(happening);
}

}  // namespace pcsim
