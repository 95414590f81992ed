#pragma once

namespace pcsim::app {

/// What the program ends with. Where two apply: interrupted before failed before deadlock; only a run that stands still after a
/// consumer's failure is a deadlock, as it has not come to its end.
enum ExitStatus {
  done = 0,
  run_failed = 1,
  bad_input = 2,
  deadlocked = 3,
  interrupted = 130,
  terminated = 143,
};

}  // namespace pcsim::app
