#pragma once

#include <signal.h>

#include <array>

namespace pcsim::app {

/// From here on a signal that ends the program, and that nobody else handles, first undoes what must not stay: it takes back the
/// status line and removes temporary files. What is ignored stays ignored. A closed pipe and a file that may not grow are errors
/// of writing, and no signals.
void set_up_ending_signals();

/// Ends the program as this signal does where nobody handles it, after the same.
[[noreturn]] void end_by_signal(int signal);

/// Whether the signal was ignored when the program began, as nohup does: it is to stay so.
bool is_ignored(int signal);

/// The handlers of what stops a run (SIGINT, SIGTERM, SIGHUP), as they are when this is made, and again when it is destroyed:
/// Asio's signal_set leaves none behind.
class KeptHandlers {
public:
  KeptHandlers();

  /// From here on these signals are counted, and go on to whoever handles them now.
  void count();

  KeptHandlers(const KeptHandlers&) = delete;
  KeptHandlers& operator=(const KeptHandlers&) = delete;
  ~KeptHandlers();

private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, signals.size()> handlers_{};
};

/// The first signal that was counted; 0: none was.
int first_signal();

/// Whether a third was counted: the second still waits for its reader, so that what is printed is whole; who sends
/// one more has seen that nobody reads.
bool must_end();

}  // namespace pcsim::app
