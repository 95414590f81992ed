#pragma once

#include "status_line.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace pcsim::app {

/// A status line for what leaves no turn to anybody else: a thread of its own draws it. It never ends what goes on,
/// whatever becomes of stderr. Thread-safe.
class Progress {
public:
  /// The line is gone when `end` is requested, and does not come back.
  explicit Progress(std::stop_token end = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Something begins that takes so many seconds; a negative number: nobody knows.
  void begin(std::string what, double seconds);

  /// Something begins that takes so many steps, each about as long as another.
  void begin_steps(std::string what, std::size_t count);
  void step();

private:
  struct Doing {
    std::string what = {};  // empty: nothing
    double seconds = 0;
    std::size_t count = 0;  // of the steps; 0: there are none
    std::size_t done = 0;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  };

  void begin(Doing doing);
  void draw(std::stop_token stop) noexcept;
  void show(const Doing& doing);

  std::stop_token end_;
  StatusLine line_;  // the thread's, once it has begun
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Doing doing_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace pcsim::app
