#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace pcsim {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::minutes(2);

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

// Both ends of a stream: the program's, and this one's (-1: none).
struct Ends {
  int theirs = -1;
  int ours = -1;
};

Ends open_terminal() {
  const int ours = checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
  checked(::grantpt(ours), "grantpt");
  checked(::unlockpt(ours), "unlockpt");
  const int theirs = checked(::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC), "ptsname");
  termios settings;
  checked(::tcgetattr(theirs, &settings), "tcgetattr");
  ::cfmakeraw(&settings);  // what is written is what is read
  checked(::tcsetattr(theirs, TCSANOW, &settings), "tcsetattr");
  return {theirs, ours};
}

Ends open_stream(Surroundings::Stream stream) {
  using Stream = Surroundings::Stream;
  if (stream == Stream::terminal) return open_terminal();
  if (stream == Stream::closed) return {};
  if (stream == Stream::full_device) return {checked(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full"), -1};
  std::array<int, 2> ends;
  checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  if (stream == Stream::captured) return {ends[1], ends[0]};
  ::close(ends[0]);
  return {ends[1], -1};
}

std::vector<char*> pointers(Texts& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

Texts environment(const std::map<std::string, std::string>& added) {
  Texts all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + '=' + value);
  return all;
}

// Whoever started the tests may have some signals ignored; the program is to find them as a shell would leave them.
class Attributes {
public:
  explicit Attributes(const Surroundings& surroundings) {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int signal : {SIGINT, SIGTERM, SIGXFSZ}) ::sigaddset(&signals, signal);
    if (!surroundings.ignore_sigpipe) ::sigaddset(&signals, SIGPIPE);
    if (!surroundings.ignore_sighup) ::sigaddset(&signals, SIGHUP);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

private:
  posix_spawnattr_t attributes_;
};

// What a program inherits of this process, while it is begun.
class Inherited {
public:
  explicit Inherited(const Surroundings& surroundings)
      : sigpipe_(surroundings.ignore_sigpipe ? std::signal(SIGPIPE, SIG_IGN) : SIG_ERR),
        sighup_(surroundings.ignore_sighup ? std::signal(SIGHUP, SIG_IGN) : SIG_ERR) {
    checked(::getrlimit(RLIMIT_FSIZE, &file_size_), "getrlimit");
    if (!surroundings.file_size_limit) return;
    rlimit limit = file_size_;
    limit.rlim_cur = *surroundings.file_size_limit;
    checked(::setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  }
  Inherited(const Inherited&) = delete;
  Inherited& operator=(const Inherited&) = delete;
  ~Inherited() {
    if (sigpipe_ != SIG_ERR) std::signal(SIGPIPE, sigpipe_);
    if (sighup_ != SIG_ERR) std::signal(SIGHUP, sighup_);
    ::setrlimit(RLIMIT_FSIZE, &file_size_);
  }

private:
  void (*sigpipe_)(int);
  void (*sighup_)(int);
  rlimit file_size_{};
};

void add_stream(posix_spawn_file_actions_t& files, int theirs, int number) {
  if (theirs >= 0)
    ::posix_spawn_file_actions_adddup2(&files, theirs, number);
  else
    ::posix_spawn_file_actions_addclose(&files, number);
}

}  // namespace

Texts with(Texts arguments, const Texts& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string command_line(const Texts& arguments) {
  std::string line = "pcsim";
  for (const std::string& argument : arguments) line += " '" + argument + '\'';
  return line;
}

Process::Process(const Texts& arguments, const Surroundings& surroundings)
    : arguments_(arguments), deadline_(Clock::now() + patience) {
  const std::string in = surroundings.in.empty() ? "/dev/null" : surroundings.in;
  const Ends out = open_stream(surroundings.out);
  const bool merged = surroundings.err == Surroundings::Stream::as_stdout;
  const Ends err = merged ? Ends{} : open_stream(surroundings.err);
  out_ = out.ours;
  err_ = err.ours;

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  add_stream(files, out.theirs, STDOUT_FILENO);
  add_stream(files, merged ? out.theirs : err.theirs, STDERR_FILENO);
  Texts command = with({PCSIM_BINARY}, arguments);
  Texts variables = environment(surroundings.environment);
  if (surroundings.memory > 0) command = with({"/usr/bin/prlimit", "--as=" + std::to_string(surroundings.memory)}, command);
  const Attributes attributes(surroundings);
  const int error = [&] {
    const Inherited inherited(surroundings);
    return ::posix_spawn(&pid_, command[0].c_str(), &files, attributes.get(), pointers(command).data(),
                         pointers(variables).data());
  }();
  ::posix_spawn_file_actions_destroy(&files);
  for (const int descriptor : {out.theirs, err.theirs})
    if (descriptor >= 0) ::close(descriptor);
  if (error != 0) throw std::system_error(error, std::generic_category(), PCSIM_BINARY);
  // The header of glibc 2.36 does not declare pidfd_open() for C++.
  pid_descriptor_ = checked(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open");
}

Process::~Process() {
  if (running_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {pid_descriptor_, out_, err_})
    if (descriptor >= 0) ::close(descriptor);
}

void Process::wait_for_output(std::string_view text) { wait_for_text(ended_.out, text); }

void Process::wait_for_error(std::string_view text) { wait_for_text(ended_.err, text); }

void Process::wait_for_text(const std::string& written, std::string_view text) {
  while (written.find(text) == std::string::npos) {
    if (!running_ && out_ < 0 && err_ < 0) give_up("has ended without the output that was waited for");
    if (Clock::now() >= deadline_) give_up("has not written what was waited for");
    pump(deadline_);
  }
}

void Process::wait_for(std::chrono::duration<double> time) {
  const Time until = std::min(deadline_, Clock::now() + std::chrono::duration_cast<Clock::duration>(time));
  while (running_ && Clock::now() < until) pump(until);
}

void Process::close_output() {
  if (out_ >= 0) ::close(std::exchange(out_, -1));
}

void Process::close_error() {
  if (err_ >= 0) ::close(std::exchange(err_, -1));
}

void Process::send(int signal) {
  if (running_) ::kill(pid_, signal);  // it is not reaped yet, so the number is its own
}

Ended Process::end() {
  while (running_ || out_ >= 0 || err_ >= 0) {
    if (Clock::now() >= deadline_) give_up("has not ended");
    pump(deadline_);
  }
  return ended_;
}

// Waits for something to happen, and takes notice of it.
void Process::pump(Time deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  std::array<pollfd, 3> all{pollfd{running_ ? pid_descriptor_ : -1, POLLIN, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (::poll(all.data(), all.size(), static_cast<int>(std::max(left, decltype(left){0}))) < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "poll");
  if (all[1].revents != 0) read(out_, ended_.out);
  if (all[2].revents != 0) read(err_, ended_.err);
  if (all[0].revents != 0) reap();
}

void Process::read(int& descriptor, std::string& text) {
  std::array<char, 1 << 16> buffer;
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) return void(text.append(buffer.data(), static_cast<std::size_t>(count)));
  if (count < 0 && errno == EINTR) return;
  ::close(std::exchange(descriptor, -1));  // a terminal whose other end is closed gives an error instead of an end
}

void Process::reap() {
  int status = 0;
  checked(::waitpid(pid_, &status, 0), "waitpid");
  running_ = false;
  if (WIFEXITED(status))
    ended_.status = WEXITSTATUS(status);
  else
    ended_.signal = WTERMSIG(status);
}

void Process::give_up(std::string_view why) {
  throw std::runtime_error(command_line(arguments_).append(" ").append(why).append("; stderr: ").append(ended_.err));
}

Ended pcsim(const Texts& arguments, const Surroundings& surroundings) { return Process(arguments, surroundings).end(); }

}  // namespace pcsim
