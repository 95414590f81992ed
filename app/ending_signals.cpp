#include "ending_signals.hpp"

#include "status_line.hpp"

#include <pcsim/observe/temporary_file.hpp>

#include <atomic>
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

// Nothing else than global state is within reach of a signal's handler.
using Handler = void (*)(int);
std::array<std::atomic<Handler>, NSIG> counted_handlers;
std::atomic<int> first_counted = 0;
std::atomic<int> counted = 0;
static_assert(std::atomic<Handler>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void count_and_pass_on(int signal) {
  int none = 0;
  first_counted.compare_exchange_strong(none, signal);
  ++counted;
  if (const Handler handler = counted_handlers[static_cast<std::size_t>(signal)]) handler(signal);
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

void KeptHandlers::count() {
  for (const int signal : signals) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    counted_handlers[static_cast<std::size_t>(signal)] = action.sa_handler;
    action.sa_handler = count_and_pass_on;
    ::sigaction(signal, &action, nullptr);
  }
}

KeptHandlers::~KeptHandlers() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &handlers_[i], nullptr);
}

int first_signal() { return first_counted; }

bool must_end() { return counted > 2; }

}  // namespace pcsim::app
