#pragma once

#include <csignal>

namespace pcsim::app {

/// What the program ends with. Where two apply: interrupted before failed before deadlock; only a run that stands still after a
/// consumer's failure is a deadlock, as it has not come to its end.
enum ExitStatus {
  done = 0,
  run_failed = 1,
  bad_input = 2,
  deadlocked = 3,
  hung_up = 129,
  interrupted = 130,
  terminated = 143,
};

/// Whether a signal has ended what was going on.
constexpr bool is_interrupted(ExitStatus status) { return status >= hung_up; }

/// What SIGHUP, SIGINT or SIGTERM makes of the exit status.
constexpr ExitStatus exit_status_of(int signal) {
  if (signal == SIGHUP) return hung_up;
  return signal == SIGINT ? interrupted : terminated;
}

}  // namespace pcsim::app
