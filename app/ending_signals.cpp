#include "ending_signals.hpp"

#include "status_line.hpp"

#include <pcsim/observe/temporary_file.hpp>

#include <cstddef>
#include <cstdlib>

namespace pcsim::app {

namespace {

// All that end a program and can be handled.
constexpr std::array ending{SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,   SIGBUS,  SIGFPE, SIGUSR1, SIGSEGV,
                            SIGUSR2, SIGALRM, SIGTERM, SIGXCPU, SIGPROF, SIGVTALRM, SIGPOLL, SIGPWR, SIGSYS};

void undo() noexcept {
  TemporaryFile::remove_all();
  StatusLine::take_back();  // the last, since a terminal may let it wait
}

extern "C" void undo_and_end(int signal) {
  undo();
  ::raise(signal);  // comes when this returns, and ends the program: the handler was for one time
}

}  // namespace

void set_up_ending_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  for (const int signal : ending) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_DFL) continue;
    action.sa_handler = undo_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
}

void end_by_signal(int signal) {
  undo();
  ::signal(signal, SIG_DFL);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  ::raise(signal);
  std::_Exit(EXIT_FAILURE);  // whoever ignores the default, such as the first process of a container
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

KeptHandlers::KeptHandlers() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], nullptr, &handlers_[i]);
}

KeptHandlers::~KeptHandlers() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &handlers_[i], nullptr);
}

}  // namespace pcsim::app
