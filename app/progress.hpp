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

/// A status line for what leaves no turn to anybody else: a thread of its own draws it. Thread-safe.
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
  void begin(std::string what, double seconds, std::size_t count);
  void draw(std::stop_token stop);
  void show();

  std::stop_token end_;
  StatusLine line_;  // the thread's, once it has begun
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string what_;
  double seconds_ = 0;
  std::size_t count_ = 0;  // of the steps; 0: there are none
  std::size_t done_ = 0;
  std::chrono::steady_clock::time_point since_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace pcsim::app
