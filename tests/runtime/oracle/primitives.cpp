// Reads programs of tasks from standard input, runs each in virtual time, and prints what its tasks did, when, and in which
// order. tests/asyncio/primitives.py writes the programs, runs them on asyncio, and compares; there is also their language.

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/lock.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/queue.hpp>
#include <pcsim/runtime/semaphore.hpp>
#include <pcsim/runtime/task.hpp>
#include <pcsim/runtime/thread_pool.hpp>
#include <pcsim/runtime/timeout.hpp>
#include <pcsim/runtime/wait.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdio>
#include <deque>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

struct Statement {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<Statement> block;

  std::size_t number(std::size_t i = 0) const { return std::stoul(arguments.at(i)); }
  double seconds(std::size_t i = 0) const { return std::stod(arguments.at(i)); }
};

using Block = std::vector<Statement>;

struct Program {
  std::string name;
  std::vector<std::size_t> queues;  // their maxsizes
  std::vector<std::size_t> semaphores;
  std::size_t threads = 1;
  std::vector<Block> tasks;
  std::vector<std::size_t> first;  // the tasks that the main task makes
};

constexpr std::size_t few = 2;  // there are as many events, and locks

std::vector<std::string> words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

std::vector<std::size_t> numbers(const std::vector<std::string>& line) {
  std::vector<std::size_t> found;
  for (std::size_t i = 1; i < line.size(); ++i) found.push_back(std::stoul(line[i]));
  return found;
}

Block read_block(std::istream& in) {
  Block block;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> what = words(line);
    if (what.at(0) == "}") return block;
    Statement statement{what[0], {what.begin() + 1, what.end()}, {}};
    if (what.back() == "{") {
      statement.arguments.pop_back();
      statement.block = read_block(in);
    }
    block.push_back(std::move(statement));
  }
  throw std::runtime_error("a block without an end");
}

std::optional<Program> read_program(std::istream& in) {
  Program program;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> what = words(line);
    if (what.at(0) == "program") program.name = what.at(1);
    if (what[0] == "queues") program.queues = numbers(what);
    if (what[0] == "semaphores") program.semaphores = numbers(what);
    if (what[0] == "threads") program.threads = numbers(what).at(0);
    if (what[0] == "first") program.first = numbers(what);
    if (what[0] == "task") program.tasks.push_back(read_block(in));
    if (what[0] == "run") return program;
  }
  return std::nullopt;
}

struct Boom : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Machine {
public:
  explicit Machine(const Program& program) : program_(program), pool_(loop_, program.threads, "threads") {
    for (const std::size_t maxsize : program.queues) queues_.emplace_back(loop_, maxsize);
    for (const std::size_t value : program.semaphores) semaphores_.emplace_back(loop_, value, "semaphore");
    for (std::size_t i = 0; i < few; ++i) {
      events_.emplace_back(loop_, "event");
      locks_.emplace_back(loop_, "lock");
    }
    tasks_.resize(program.tasks.size());
    joining_.resize(tasks_.size());
  }

  std::string run() {
    Task main(loop_, run_main());
    const bool deadlock = loop_.run_until_complete(main) == Loop::Ended::deadlock;
    log("main", deadlock ? "deadlock" : "done");
    for (std::size_t i = 0; i < tasks_.size(); ++i) log(fmt::format("T{}", i), state(i));
    return std::exchange(log_, {});
  }

private:
  // A callback of the loop's own: does one thing at once, in no task.
  struct Later final : Callback {
    Later(Machine& its_machine, const Statement& its_statement, std::string its_name)
        : machine(its_machine), statement(its_statement), name(std::move(its_name)) {}
    void run() override { machine.do_now(statement, name); }
    Machine& machine;
    const Statement& statement;
    std::string name;
  };

  void log(const std::string& who, const std::string& what) { log_ += fmt::format("{:.17g} {} {}\n", loop_.time(), who, what); }

  std::string state(std::size_t i) const {
    if (!tasks_[i]) return "never made";
    if (!tasks_[i]->done()) return "pending";
    if (tasks_[i]->cancelled()) return "cancelled";
    try {
      tasks_[i]->result();
      return "done";
    } catch (const Boom& boom) {
      return boom.what();
    }
  }

  Coroutine<> run_main() {
    for (const std::size_t i : program_.first) make(i);
    WaitAll all(loop_);
    for (const std::size_t i : program_.first) all.add(*tasks_[i]);
    co_await all;
  }

  void make(std::size_t i) { tasks_[i].emplace(loop_, run_task(i)); }

  Coroutine<> run_task(std::size_t self) {
    const std::string name = fmt::format("T{}", self);
    log(name, "begins");
    try {
      co_await run_block(program_.tasks[self], self);
    } catch (const Cancelled&) {
      log(name, "ends cancelled");
      throw;
    } catch (const Boom& boom) {
      log(name, fmt::format("ends with {}", boom.what()));
      throw;
    }
    log(name, "ends");
  }

  Coroutine<> run_block(const Block& block, std::size_t self) {
    for (const Statement& statement : block) co_await run_statement(statement, self);
  }

  Coroutine<> run_statement(const Statement& s, std::size_t self) {
    const std::string name = fmt::format("T{}", self);
    std::string result;
    if (s.name == "put") {
      const std::string value = next_value();
      co_await queues_[s.number()].put(value);
      result = value;
    } else if (s.name == "get") {
      result = co_await queues_[s.number()].get();
    } else if (s.name == "join") {
      co_await queues_[s.number()].join();
    } else if (s.name == "sleep") {
      co_await loop_.sleep(s.seconds());
    } else if (s.name == "await") {
      const std::size_t other = s.number();
      if (!tasks_[other] || waits_in_circle(self, other)) {
        result = "not possible";
      } else {
        joining_[self] = other;
        co_await *tasks_[other];
      }
    } else if (s.name == "wait") {
      std::vector<std::size_t> others;
      for (std::size_t i = 0; i < s.arguments.size(); ++i)
        if (tasks_[s.number(i)]) others.push_back(s.number(i));
      if (others.empty()) {
        result = "for nobody";
      } else {
        WaitAll all(loop_);
        for (const std::size_t other : others) all.add(*tasks_[other]);
        co_await all;
      }
    } else if (s.name == "event") {
      co_await events_[s.number()].wait();
    } else if (s.name == "semaphore") {
      const Semaphore::Permit permit = co_await semaphores_[s.number()].acquire();
      log(name, fmt::format("has semaphore {}", s.number()));
      co_await run_block(s.block, self);
    } else if (s.name == "lock") {
      const Lock::Held held = co_await locks_[s.number()].acquire();
      log(name, fmt::format("has lock {}", s.number()));
      co_await run_block(s.block, self);
    } else if (s.name == "thread") {
      Semaphore::Permit thread = co_await pool_.acquire();
      log(name, "has a thread");
      co_await pool_.work(std::move(thread), s.seconds());
    } else if (s.name == "timeout") {
      Timeout timeout(loop_, s.seconds());
      try {
        co_await run_block(s.block, self);
        result = "kept";
      } catch (const Cancelled&) {
        if (!timeout.exceeded()) throw;
        result = "exceeded";
      }
    } else if (s.name == "try") {
      try {
        co_await run_block(s.block, self);
        result = "no exception";
      } catch (const Cancelled&) {
        result = fmt::format("caught cancelled, {} times", tasks_[self]->cancelling());
      } catch (const Boom& boom) {
        result = fmt::format("caught {}", boom.what());
      }
    } else if (s.name == "raise") {
      log(name, "raise");
      throw Boom(fmt::format("boom of {}", name));
    } else if (s.name == "uncancel") {
      result = std::to_string(tasks_[self]->uncancel());
    } else {
      do_now(s, name);
      co_return;
    }
    log_statement(s, name, result);
  }

  void log_statement(const Statement& s, const std::string& who, const std::string& result) {
    log(who, fmt::format("{} {}: {}", s.name, s.arguments.empty() ? "" : s.arguments[0], result));
  }

  void do_now(const Statement& s, const std::string& who) {
    std::string result = "yes";
    try {
      if (s.name == "put_nowait") {
        std::string value = next_value();
        queues_[s.number()].put_nowait(value);
        result = value;
      } else if (s.name == "get_nowait") {
        result = queues_[s.number()].get_nowait();
      } else if (s.name == "task_done") {
        queues_[s.number()].task_done();
      } else if (s.name == "set") {
        events_[s.number()].set();
      } else if (s.name == "clear") {
        events_[s.number()].clear();
      } else if (s.name == "cancel") {
        std::optional<Task<>>& other = tasks_[s.number()];
        if (!other || !other->cancel()) result = "no";
      } else if (s.name == "spawn") {
        if (tasks_[s.number()])
          result = "no";
        else
          make(s.number());
      } else if (s.name == "block") {
        loop_.block(s.seconds());
      } else if (s.name == "later") {
        later_.emplace_back(*this, s.block.at(0), fmt::format("callback {}", later_.size()));
        loop_.call_later(s.seconds(), later_.back());
      } else if (s.name == "soon") {
        later_.emplace_back(*this, s.block.at(0), fmt::format("callback {}", later_.size()));
        loop_.call_soon(later_.back());
      } else {
        throw std::runtime_error("no such statement: " + s.name);
      }
    } catch (const std::length_error&) {
      result = "full";
    } catch (const std::out_of_range&) {
      result = "empty";
    } catch (const std::logic_error&) {
      result = "too often";
    }
    log_statement(s, who, result);
  }

  bool waits_in_circle(std::size_t self, std::size_t other) const {
    for (std::optional<std::size_t> next = other; next; next = joining_[*next])
      if (*next == self) return true;
    return false;
  }

  // Long enough to be on the heap: a value that is lost or destroyed twice is found out.
  std::string next_value() { return fmt::format("value number {:08}", ++values_); }

  const Program& program_;
  boost::asio::io_context host_;
  VirtualClock clock_;
  Loop loop_{host_, clock_};
  std::deque<Queue<std::string>> queues_;
  std::deque<Semaphore> semaphores_;
  std::deque<Event> events_;
  std::deque<Lock> locks_;
  ThreadPool pool_;
  std::deque<Later> later_;
  std::vector<std::optional<std::size_t>> joining_;  // whom each task has last begun to wait for
  int values_ = 0;
  std::string log_;
  std::deque<std::optional<Task<>>> tasks_;
};

}  // namespace
}  // namespace pcsim

int main() {
  while (const auto program = pcsim::read_program(std::cin)) {
    std::cout << "program " << program->name << '\n' << std::flush;
    pcsim::Machine machine(*program);
    std::cout << machine.run() << std::flush;
  }
}
