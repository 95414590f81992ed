#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/random/random.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/frame_arena.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/queue.hpp>

#include <cstdint>
#include <span>
#include <utility>

namespace pcsim {

/// What goes through the queue: the id of an item, from 1, or a sentinel.
using Message = std::uint32_t;
static_assert(Scenario::most_items <= UINT32_MAX);
inline constexpr Message sentinel = 0;

/// What all actors of a run share.
struct Shared {
  Shared(Loop& its_loop, const Scenario& its_scenario)
      : loop(its_loop),
        scenario(its_scenario),
        stream(its_scenario.seed),
        queue(its_loop, its_scenario.maxsize),
        producing(its_scenario.producers) {}

  /// How many items a producer puts.
  std::uint64_t share_of(std::uint32_t producer) const {
    return scenario.items / scenario.producers + (producer <= scenario.items % scenario.producers);
  }

  Loop& loop;
  const Scenario& scenario;
  FrameArena frames;
  Random stream;
  Queue<Message> queue;
  Message last_id = 0;
  std::uint64_t producing;  ///< producers that have not put their last item
};

/// Whether a scenario asks for no more than PlainActors can do.
bool is_plain(const Scenario& scenario);

/// Makes the code of actors, by their numbers from 1.
class Actors {
public:
  virtual ~Actors() = default;
  virtual Coroutine<> produce(std::uint32_t number) = 0;
  virtual Coroutine<> consume(std::uint32_t number) = 0;
};

/// A sink of PlainActors: nobody is told.
struct Nobody {
  static constexpr bool listens = false;
};

/// A sink: all observers are told, one after another.
class Observers {
public:
  static constexpr bool listens = true;

  explicit Observers(std::span<Observer* const> observers) : observers_(observers) {}
  void on(const Happening& happening) const {
    for (Observer* const observer : observers_) observer->on(happening);
  }
  void on_draw(const Draw& draw) const {
    for (Observer* const observer : observers_) observer->on_draw(draw);
  }
  void on_exit(const Exit& exit) const {
    for (Observer* const observer : observers_) observer->on_exit(exit);
  }

private:
  std::span<Observer* const> observers_;
};

/// A sink: an observer whose class is known, so that what it does can be compiled into the actors, then the others.
template <class Known, class Others>
class KnownAnd {
public:
  static constexpr bool listens = true;

  KnownAnd(Known& known, Others others) : known_(known), others_(others) {}
  [[gnu::always_inline]] void on(const Happening& happening) const {
    known_.Known::on(happening);
    if constexpr (Others::listens) others_.on(happening);
  }
  [[gnu::always_inline]] void on_draw(const Draw& draw) const {
    known_.Known::on_draw(draw);
    if constexpr (Others::listens) others_.on_draw(draw);
  }
  void on_exit(const Exit& exit) const {
    known_.Known::on_exit(exit);
    if constexpr (Others::listens) others_.on_exit(exit);
  }

private:
  Known& known_;
  [[no_unique_address]] Others others_;
};

/// The actors of most runs: they put, get and sleep. They do what Pipeline's do that can do everything, step for step, with less:
/// frames that hold only that, and no exception when they are cancelled. Their sink is told of what happens right where it does,
/// so that it costs what it does with it.
///
/// REQUIRES: is_plain(scenario).
template <class Sink>
class PlainActors final : public Actors {
public:
  PlainActors(Shared& shared, Sink sink) : shared_(shared), sink_(std::move(sink)) {}

  FrameArena& frames() { return shared_.frames; }

  Coroutine<> produce(std::uint32_t number) override;
  Coroutine<> consume(std::uint32_t number) override;

private:
  using Kind = Happening::Kind;

  static constexpr auto producer = Actor::Role::producer;
  static constexpr auto consumer = Actor::Role::consumer;

  // By numbers, since an Actor that is made in the same expression as a wait would have a place of its own in the frame.

  [[gnu::always_inline]] void tell(Kind kind, Actor::Role role, std::uint32_t number, Message item) {
    if constexpr (Sink::listens) sink_.on(Happening{shared_.loop.elapsed(), kind, {role, number}, item});
  }

  [[gnu::always_inline]] auto produce_item(std::uint32_t number) {
    return sleep(shared_.scenario.produce_delay, Draw::Purpose::produce, {producer, number}, 0);
  }
  [[gnu::always_inline]] auto work_on(Message item, std::uint32_t number) {
    return sleep(shared_.scenario.consume_delay, Draw::Purpose::work, {consumer, number}, item);
  }
  [[gnu::always_inline]] auto sleep(const Delay& delay, Draw::Purpose purpose, Actor who, Message item) {
    const double seconds = delay.draw(shared_.stream);
    if constexpr (Sink::listens) sink_.on_draw(Draw{shared_.loop.elapsed(), purpose, who, item, seconds});
    return shared_.loop.bare_sleep(seconds);
  }

  void end(Kind kind, Actor::Role role, std::uint32_t number, Message item) {
    tell(kind, role, number, item);
    tell_exit(role, number);
  }
  void tell_exit(Actor::Role role, std::uint32_t number) {
    if constexpr (Sink::listens) sink_.on_exit(Exit{shared_.loop.elapsed(), {role, number}});
  }
  void end_cancelled(Actor::Role role, std::uint32_t number, Message item) {
    end(Kind::cancelled, role, number, item);
    shared_.loop.current_task().end_cancelled();
  }

  Shared& shared_;
  [[no_unique_address]] Sink sink_;
};

template <class Sink>
Coroutine<> PlainActors<Sink>::produce(std::uint32_t number) {
  for (std::uint64_t left = shared_.share_of(number); left > 0; --left) {
    co_await produce_item(number);
    if (shared_.loop.take_cancelled()) co_return end_cancelled(producer, number, 0);
    const Message id = ++shared_.last_id;
    if (shared_.queue.full()) {
      tell(Kind::blocked, producer, number, id);
      if (!co_await shared_.queue.wait_for_room()) co_return end_cancelled(producer, number, 0);
    }
    shared_.queue.put_nowait(id);
    tell(Kind::put, producer, number, id);
  }
  if (--shared_.producing == 0 && shared_.scenario.shutdown == Scenario::Shutdown::sentinel) {
    for (std::uint64_t left = shared_.scenario.sentinels_sent(); left > 0; --left) {
      if (!co_await shared_.queue.wait_for_room()) co_return end_cancelled(producer, number, 0);
      shared_.queue.put_nowait(sentinel);
      if (!shared_.loop.try_poll_host()) co_return end_cancelled(producer, number, 0);
    }
  }
  tell_exit(producer, number);
}

template <class Sink>
Coroutine<> PlainActors<Sink>::consume(std::uint32_t number) {
  while (true) {
    if (shared_.queue.empty() && !co_await shared_.queue.wait_for_value()) co_return end_cancelled(consumer, number, 0);
    const Message id = shared_.queue.get_nowait();
    if (id == sentinel) break;
    tell(Kind::got, consumer, number, id);
    co_await work_on(id, number);
    if (shared_.loop.take_cancelled()) {
      shared_.queue.task_done();
      co_return end_cancelled(consumer, number, id);
    }
    tell(Kind::consumed, consumer, number, id);
    shared_.queue.task_done();
  }
  shared_.queue.task_done();
  end(Kind::stopped, consumer, number, 0);
}

}  // namespace pcsim
