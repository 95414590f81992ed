#pragma once

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/happening.hpp>
#include <pcsim/model/plain_actors.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/random/random.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/fifo.hpp>
#include <pcsim/runtime/frame_arena.hpp>
#include <pcsim/runtime/lock.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/queue.hpp>
#include <pcsim/runtime/semaphore.hpp>
#include <pcsim/runtime/task.hpp>
#include <pcsim/runtime/thread_pool.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace pcsim {

/// How a run ended.
struct Outcome {
  /// Somebody who would wait for ever.
  struct Stuck {
    Actor who;         ///< nobody in particular: whoever ends the run
    const char* what;  ///< get, put, join, ready, limit, lock, threads, tasks
    double since;      ///< loop time in seconds
  };

  double at = 0;             ///< seconds, as the clock shows them
  bool deadlock = false;     ///< it stands still before its end
  std::vector<Stuck> stuck;  ///< then: the producers first, then the consumers
  bool failed = false;       ///< a consumer's failure has ended it
};

/// The lesson's pipeline: producers put items into a queue, consumers take them, and all go home in order. What happens is told
/// to observers, in the order in which it happens.
///
/// Not thread-safe; for one run.
class Pipeline {
public:
  /// Which actors: the quickest that can do what the scenario asks, or in any case those that can do everything. The run is the
  /// same.
  enum class Kind { quickest, general };

  /// REQUIRES: `scenario` has no conflict; all that is referred to outlives the pipeline.
  Pipeline(Loop& loop, const Scenario& scenario, std::vector<Observer*> observers, Kind kind = Kind::quickest);

  /// The same with an observer more, who is told first and, since his class is known, at less cost.
  template <class Known>
  Pipeline(Loop& loop, const Scenario& scenario, Known& known, std::vector<Observer*> others);
  ~Pipeline();

  /// Runs to the end. Throws what an observer threw, or BadValue if the log of arrivals is not what it was.
  Outcome run();

  /// Ends the run early, as the scenario's on_stop says, at the loop's present, and in the midst of a step that goes on for long.
  /// Work that blocks the loop is cut short, if its consumer is cancelled. For handlers of the loop's host; does nothing the
  /// second time.
  void stop_soon();

  /// Where the frames of the actors' coroutines are.
  FrameArena& frames() { return shared_.frames; }

private:
  // How long the work on an item will take, and how long it will hold the lock.
  struct Times {
    double work = 0;
    double held = 0;
  };

  enum class Fate { consumed, timed_out, failed };

  // Reports that the work on what was got has ended, however it does.
  struct TaskDone {
    ~TaskDone() { queue.task_done(); }
    Queue<Message>& queue;
  };

  struct Stop final : Callback {
    explicit Stop(Pipeline& its_pipeline) : pipeline(its_pipeline) {}
    void run() override { pipeline.stop(); }
    void fire() override {
      pipeline.stop_timer_.reset();
      run();
    }
    Pipeline& pipeline;
  };

  Coroutine<> main();
  Coroutine<> produce(std::uint32_t number);
  Coroutine<> produce_arrivals();
  Coroutine<> consume(std::uint32_t number);
  Coroutine<Fate> process(std::uint64_t id, Random& stream, Actor self);
  Coroutine<> work(Times times, std::uint64_t id, Random& stream, Actor self);
  Coroutine<> work_in_thread(Times times, std::uint64_t id, Random& stream, Actor self);
  Coroutine<> send_sentinels();
  Coroutine<> become_ready();
  Coroutine<> end_in_order();
  void stop();
  void cancel(Task<>& task, Actor who);

  template <class Sink>
  std::unique_ptr<Actors> plain_actors(Sink sink) {
    return std::make_unique<PlainActors<Sink>>(shared_, std::move(sink));
  }
  // All but the first.
  Observers other_observers() const { return Observers(std::span(observers_).subspan(1)); }
  Random& stream_of(Actor who);
  // Of the item that was just got, if they are known.
  Times known_times() { return knows_times_ ? times_.pop() : Times(); }
  [[gnu::always_inline]] inline double work_time(Times times, std::uint64_t id, Random& stream, Actor self);
  [[gnu::always_inline]] inline double draw(const Delay& delay, Random& stream, Draw::Purpose purpose, Actor who,
                                            std::uint64_t item);
  void tell_draw(Draw::Purpose purpose, Actor who, std::uint64_t item, double seconds);
  void tell(Happening::Kind kind, Actor who = {}, std::uint64_t item = 0) {
    if (!observers_.empty()) tell_observers(kind, who, item);
  }
  void tell_exit(Actor who);
  void tell_observers(Happening::Kind kind, Actor who, std::uint64_t item);

  Loop& loop_;
  const Scenario& scenario_;
  const bool per_item_;
  std::optional<ArrivalLog> arrivals_;
  const bool has_work_;  // the work on an item takes any time
  const bool has_lock_time_;
  const bool knows_times_;  // of an item, when it is produced: --streams per-item, or a log of arrivals with them
  const bool work_is_a_sleep_;
  const bool sleeps_;  // so that a consumer waits between any two items
  std::vector<Observer*> observers_;
  Shared shared_;
  std::unique_ptr<Actors> plain_;  // null: the general ones
  std::deque<Random> own_;         // streams of actors

  Fifo<Times> times_;  // of the items in the queue, if they are known
  Event ready_;
  Semaphore limit_;
  Lock lock_;
  ThreadPool threads_;
  std::vector<std::uint64_t> in_hand_;  // by general consumer: the item that it works on, or 0
  bool stopping_ = false;
  bool failed_ = false;
  Actor blocking_;  // who was the last to block the loop

  Stop stop_;
  std::optional<TimerQueue::Id> stop_timer_;
  std::vector<Task<>> consumers_;
  std::vector<Task<>> producers_;
  std::optional<Task<>> becoming_ready_;
  std::optional<Task<>> draining_;
  std::optional<Task<>> ending_;
  std::optional<Task<>> main_;
};

template <class Known>
Pipeline::Pipeline(Loop& loop, const Scenario& scenario, Known& known, std::vector<Observer*> others)
    : Pipeline(loop, scenario, (others.insert(others.begin(), &known), std::move(others))) {
  if (!plain_) return;
  if (observers_.size() == 1)
    plain_ = plain_actors(KnownAnd<Known, Nobody>(known, Nobody()));
  else
    plain_ = plain_actors(KnownAnd<Known, Observers>(known, other_observers()));
}

}  // namespace pcsim
