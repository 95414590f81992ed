#pragma once

#include "status_line.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pcsim::app {

/// A status line for what takes a known time and leaves no turn to anybody else: a thread of its own draws it.
class Progress {
public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Something begins that takes so many seconds.
  void begin(std::string what, double seconds);

private:
  void draw(std::stop_token stop);

  StatusLine line_;  // the thread's, once it has begun
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string what_;
  double seconds_ = 0;
  std::chrono::steady_clock::time_point since_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace pcsim::app
