#pragma once

#include <boost/intrusive/list.hpp>

namespace pcsim {

using ListHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// What a Loop runs: asyncio's handle. It is itself the node of the list it stands on (the loop's ready list, or the waiters of a
/// queue), so that neither scheduling nor waiting allocates; it is on at most one list, and leaves it when it is destroyed.
class Callback : public ListHook {
public:
  /// Its turn on the ready list has come. REQUIRES: called by the loop only.
  virtual void run() = 0;

  /// Its timer is due. Runs at once unless overridden.
  virtual void fire() { run(); }

  /// Its timer is due, and nothing else is to run in this round or the next: does what fire() does, and all that follows of it in the
  /// next round.
  virtual void fire_alone() { fire(); }

protected:
  ~Callback() = default;
};

template <class T>
using IntrusiveList =
    boost::intrusive::list<T, boost::intrusive::base_hook<ListHook>, boost::intrusive::constant_time_size<false>>;

}  // namespace pcsim
