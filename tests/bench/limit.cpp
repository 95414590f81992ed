#include "limit.hpp"

#include <pcsim/random/random.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace pcsim::bench {

namespace {

using Number = std::uint32_t;  // of an actor: the producers, then the consumers

// First in, first out; it grows.
template <class T>
class Ring {
public:
  explicit Ring(std::size_t capacity) : values_(std::bit_ceil(capacity)) {}

  std::size_t size() const { return tail_ - head_; }
  bool empty() const { return head_ == tail_; }
  void push(T value) {
    if (size() == values_.size()) [[unlikely]]
      grow();
    at(tail_++) = value;
  }
  T pop() { return at(head_++); }

private:
  T& at(std::size_t position) { return values_[position & (values_.size() - 1)]; }

  void grow() {
    std::vector<T> larger(2 * values_.size());
    for (std::size_t i = head_; i != tail_; ++i) larger[i & (larger.size() - 1)] = at(i);
    values_.swap(larger);
  }

  std::vector<T> values_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

// Who wakes when: a 4-ary heap of 128-bit keys. The place of the one that has woken stays open for the next that is set, which
// saves a way down.
class Timers {
public:
  void set(double when, Number who) {
    const Key key = static_cast<Key>(std::bit_cast<std::uint64_t>(when)) << 64 | (sequence_++ << number_bits | who);
    if (std::exchange(open_, false))
      sift_down(key);
    else
      insert(key);
  }

  // Takes out the first one.
  std::pair<double, Number> take() {
    close();
    open_ = true;
    return {when(keys_[0]), static_cast<Number>(keys_[0]) & ((Number{1} << number_bits) - 1)};
  }

  // Whether another one has the time of the one just taken.
  bool due(double now) const {
    const std::size_t end = std::min<std::size_t>(keys_.size(), 5);
    bool any = false;
    for (std::size_t child = 1; child < end; ++child) any |= when(keys_[child]) == now;
    return any;
  }

private:
  __extension__ using Key = unsigned __int128;  // the time's bits, a sequence number, the actor

  static constexpr int number_bits = 24;

  static double when(Key key) { return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 64)); }

  void close() {
    if (!std::exchange(open_, false)) return;
    const Key last = keys_.back();
    keys_.pop_back();
    if (!keys_.empty()) sift_down(last);
  }

  void insert(Key key) {
    keys_.push_back(key);
    std::size_t hole = keys_.size() - 1;
    for (std::size_t parent; hole > 0 && key < keys_[parent = (hole - 1) / 4]; hole = parent) keys_[hole] = keys_[parent];
    keys_[hole] = key;
  }

  void sift_down(Key key) {
    Key* const keys = keys_.data();
    const std::size_t size = keys_.size();
    std::size_t hole = 0;
    while (true) {
      const std::size_t first = 4 * hole + 1;
      std::size_t least = first;
      if (first + 4 <= size) {
        // Without branches, none of which could be foretold.
        const std::size_t left = first + (keys[first + 1] < keys[first]);
        const std::size_t right = first + 2 + (keys[first + 3] < keys[first + 2]);
        least = left + (right - left) * (keys[right] < keys[left]);
      } else {
        if (first >= size) break;
        for (std::size_t child = first + 1; child < size; ++child)
          if (keys[child] < keys[least]) least = child;
      }
      if (key < keys[least]) break;
      keys[hole] = keys[least];
      hole = least;
    }
    keys[hole] = key;
  }

  std::vector<Key> keys_;
  bool open_ = false;
  std::uint64_t sequence_ = 0;
};

class Machine {
public:
  explicit Machine(const Workload& workload)
      : workload_(workload),
        producers_(static_cast<Number>(workload.producers)),
        actors_(workload.producers + workload.consumers),
        ready_(actors_.size()),
        getters_(workload.consumers),
        putters_(workload.producers),
        producing_(workload.producers) {
    for (Number i = producers_; i < actors_.size(); ++i) {
      actors_[i].state = State::get;
      ready_.push(i);
    }
    for (Number i = 0; i < producers_; ++i) {
      actors_[i] = {State::produce, 0, workload.items / workload.producers + (i < workload.items % workload.producers)};
      ready_.push(i);
    }
  }

  Totals run() {
    while (stopped_ < workload_.consumers) {
      if (ready_.empty()) wake();
      for (std::size_t left = ready_.size(); left > 0; --left) {
        const Number next = ready_.pop();
        next < producers_ ? step_producer(next) : step_consumer(next);
      }
    }
    totals_.at = now_;
    return totals_;
  }

private:
  enum class State { produce, produced, put, send_sentinels, get, consumed, ended };

  struct Actor {
    State state = State::ended;
    std::uint64_t item = 0;
    std::uint64_t left = 0;  // to produce
  };

  static constexpr std::uint64_t sentinel = 0;

  void wake() {
    do {
      const auto [when, who] = timers_.take();
      now_ = when;
      ready_.push(who);
    } while (timers_.due(now_));
  }

  void sleep(Number who, Workload::Uniform delay) { timers_.set(now_ + random_.uniform(delay.low, delay.high), who); }

  void notify(Ring<Number>& line) {
    if (!line.empty()) ready_.push(line.pop());
  }

  // False: the queue is full, and it has lined up.
  bool put(Number who, std::uint64_t item) {
    if (workload_.maxsize > 0 && queue_.size() >= workload_.maxsize) {
      putters_.push(who);
      return false;
    }
    queue_.push(item);
    notify(getters_);
    return true;
  }

  void step_producer(Number number) {
    Actor& self = actors_[number];
    while (true) {
      switch (self.state) {
        case State::produce:
          if (self.left == 0) {
            self.state = --producing_ == 0 ? State::send_sentinels : State::ended;
            continue;
          }
          self.state = State::produced;
          return sleep(number, workload_.produce);
        case State::produced:
          self.item = ++last_id_;
          self.state = State::put;
          [[fallthrough]];
        case State::put:
          if (!put(number, self.item)) return;
          --self.left;
          self.state = State::produce;
          continue;
        case State::send_sentinels:
          for (; sent_ < workload_.consumers; ++sent_)
            if (!put(number, sentinel)) return;
          self.state = State::ended;
          return;
        default: return;
      }
    }
  }

  void step_consumer(Number number) {
    Actor& self = actors_[number];
    if (self.state == State::consumed) {
      ++totals_.consumed;
      totals_.payloads += self.item * self.item;
      self.state = State::get;
    }
    if (queue_.empty()) return getters_.push(number);
    self.item = queue_.pop();
    notify(putters_);
    if (self.item == sentinel) {
      self.state = State::ended;
      ++stopped_;
      return;
    }
    self.state = State::consumed;
    sleep(number, workload_.consume);
  }

  const Workload workload_;
  const Number producers_;
  std::vector<Actor> actors_;
  Ring<Number> ready_;
  Ring<Number> getters_;
  Ring<Number> putters_;
  Ring<std::uint64_t> queue_{16};
  Timers timers_;
  Random random_{Workload::seed};
  double now_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t producing_;
  std::uint64_t sent_ = 0;
  std::uint64_t stopped_ = 0;
  Totals totals_;
};

}  // namespace

Totals run_limit(const Workload& workload) { return Machine(workload).run(); }

}  // namespace pcsim::bench
