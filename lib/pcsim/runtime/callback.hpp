#pragma once

#include <boost/intrusive/list.hpp>

namespace pcsim {

using ListHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// What a Loop gives a turn: a task or a Callback, asyncio's handle. It is itself the node of the list it stands on (the loop's
/// ready list, or the waiters of a queue), so that neither scheduling nor waiting allocates; it is on at most one list, and
/// leaves it when it is destroyed.
class Scheduled : public ListHook {
public:
  Scheduled(const Scheduled&) = delete;
  Scheduled& operator=(const Scheduled&) = delete;

  bool is_task() const { return is_task_; }

protected:
  explicit Scheduled(bool is_task) : is_task_(is_task) {}
  ~Scheduled() = default;

private:
  const bool is_task_;
};

/// A function of its own that a loop calls.
class Callback : public Scheduled {
public:
  Callback() : Scheduled(false) {}

  /// Its turn on the ready list has come. REQUIRES: called by the loop only.
  virtual void run() = 0;

  /// Its timer is due. Runs at once unless overridden.
  virtual void fire() { run(); }

protected:
  ~Callback() = default;
};

template <class T>
using IntrusiveList =
    boost::intrusive::list<T, boost::intrusive::base_hook<ListHook>, boost::intrusive::constant_time_size<false>>;

}  // namespace pcsim
