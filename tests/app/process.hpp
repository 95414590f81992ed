#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

using Texts = std::vector<std::string>;

/// Arguments, and more of them after these.
Texts with(Texts arguments, const Texts& more);

/// As one would type them, after the program's name.
std::string command_line(const Texts& arguments);

/// How a program ended, and what it wrote.
struct Ended {
  int status = -1;  ///< exit status; -1 where a signal ended it
  int signal = 0;   ///< the signal that ended it, if one did
  std::string out;
  std::string err;
};

/// What surrounds a program.
struct Surroundings {
  enum class Stream {
    captured,
    terminal,     ///< captured, and it looks like a terminal to the program
    closed_pipe,  ///< nobody reads
    full_device,
    closed,     ///< there is none
    as_stdout,  ///< stderr only: it goes where stdout goes
  };

  std::string in = {};  ///< path of what is stdin; empty: nothing
  Stream out = Stream::captured;
  Stream err = Stream::captured;
  bool ignore_sigpipe = false;
  bool ignore_sighup = false;
  std::optional<std::uint64_t> file_size_limit = {};    ///< bytes; no file that it writes gets more
  std::size_t memory = 0;                               ///< bytes of address space that it may have; 0: without a limit
  std::map<std::string, std::string> environment = {};  ///< set in addition to this process's own
};

/// pcsim, as it runs. After two minutes it is killed, and whoever waits for it gets a std::runtime_error that shows
/// its arguments.
class Process {
public:
  explicit Process(const Texts& arguments, const Surroundings& surroundings = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Kills it if it still runs.
  ~Process();

  /// Returns when it has written this to stdout. Throws std::runtime_error if it ends without.
  void wait_for_output(std::string_view text);

  /// The same for stderr.
  void wait_for_error(std::string_view text);

  /// Returns after this time, or when it has ended.
  void wait_for(std::chrono::duration<double> time);

  /// Whether it has not ended yet, as far as was noticed.
  bool running() const { return running_; }

  /// Nobody reads its stdout any more.
  void close_output();

  /// Nobody reads its stderr any more; a terminal has gone.
  void close_error();

  /// Sends a signal, if it still runs.
  void send(int signal);

  /// Waits for its end.
  Ended end();

private:
  using Time = std::chrono::steady_clock::time_point;

  void wait_for_text(const std::string& written, std::string_view text);
  void pump(Time deadline);
  void read(int& descriptor, std::string& text);
  void reap();
  [[noreturn]] void give_up(std::string_view why);

  Texts arguments_;
  Time deadline_;
  int pid_ = -1;
  int pid_descriptor_ = -1;
  int out_ = -1;
  int err_ = -1;
  bool running_ = true;
  Ended ended_;
};

/// Runs pcsim to its end.
Ended pcsim(const Texts& arguments, const Surroundings& surroundings = {});

}  // namespace pcsim
