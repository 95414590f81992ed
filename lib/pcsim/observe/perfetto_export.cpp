#include <pcsim/observe/perfetto_export.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace pcsim {

namespace {

using Kind = Happening::Kind;
using Role = Actor::Role;

// What the format calls processes, in the order in which they are shown. Viewers take a thread that has its process's number for
// the main one, so the actors' begin after them.
constexpr int producers_process = 1;
constexpr int queue_process = 2;
constexpr int consumers_process = 3;
constexpr std::uint64_t first_thread = 4;

int process(Actor who) { return who.role == Role::producer ? producers_process : consumers_process; }

std::int64_t nanoseconds(double seconds) { return std::llround(std::min(seconds * 1e9, 9.2e18)); }

}  // namespace

PerfettoExport::PerfettoExport(const Scenario& scenario, Output& output)
    : output_(output),
      produce_first_(scenario.produce_first),
      slicer_(scenario, [this](const Slice& slice) { on_slice(slice); }),
      led_to_put_(scenario.producers),
      consumers_(scenario.consumers) {
  output_.buffer().append(std::string_view(R"({"displayTimeUnit":"ms","traceEvents":[)"));
  write_process(producers_process, "producers");
  write_process(queue_process, "queue");
  write_process(consumers_process, "consumers");
  for (std::uint32_t i = 1; i <= scenario.producers; ++i) write_thread({Role::producer, i});
  for (std::uint32_t i = 1; i <= scenario.consumers; ++i) write_thread({Role::consumer, i});
  write_depth(0);
}

void PerfettoExport::on(const Happening& happening) {
  now_ = happening.at;
  const Time at = nanoseconds(now_);
  const Actor who = happening.who;
  // The slices of a producer lead to its put; those of a consumer lie within the one for the item, which comes before them.
  if (who.role == Role::producer) slicer_.on(happening);
  switch (happening.kind) {
    case Kind::blocked: break;
    case Kind::put: put(who, at, happening.item); break;
    case Kind::got: get(who, at, happening.item); break;
    case Kind::consumed: end_span(who, at, "work"); break;
    case Kind::timed_out: end_span(who, at, "timed out"); break;
    case Kind::failed: end_span(who, at, "failed"); break;
    case Kind::cancelled:
    case Kind::stopped:
      if (who.role == Role::consumer) end_span(who, at, "cancelled");
      break;
    case Kind::ready: write_instant(at, "ready"); break;
    case Kind::stopping: write_instant(at, "stopping"); break;
    case Kind::done: write_instant(at, "done"); break;
  }
  if (who.role == Role::consumer) slicer_.on(happening);
}

void PerfettoExport::on_exit(const Exit& exit) {
  now_ = exit.at;
  if (exit.who.role != Role::consumer) return;
  end_span(exit.who, nanoseconds(exit.at), "");
  consumer(exit.who).gone = true;
}

void PerfettoExport::end(const Outcome* outcome) {
  const double at = outcome != nullptr ? outcome->at : now_;
  for (std::uint32_t i = 1; i <= consumers_.size(); ++i)
    if (!consumers_[i - 1].gone) end_span({Role::consumer, i}, nanoseconds(at), "unfinished");
  slicer_.end(at);
  output_.buffer().append(std::string_view("\n]}\n"));
  output_.complete();
}

void PerfettoExport::on_slice(const Slice& slice) {
  const Span span{nanoseconds(slice.from), nanoseconds(slice.to)};
  switch (slice.kind) {
    case Slice::Kind::produce:
      write_slice(slice.who, "producing", "produce", slice.item, span);
      if (!produce_first_) led_to_put_[slice.who.number - 1] = span;
      break;
    case Slice::Kind::full_queue:
      write_slice(slice.who, "blocked", "blocked", slice.item, span);
      led_to_put_[slice.who.number - 1] = span;
      break;
    case Slice::Kind::line: write_slice(slice.who, "blocked", "in line", slice.item, span); break;
    case Slice::Kind::lock_line: write_slice(slice.who, "blocked", "in line for the lock", slice.item, span); break;
    case Slice::Kind::lock: write_slice(slice.who, "locking", "lock", slice.item, span); break;
    case Slice::Kind::work: break;  // what the slice for the item shows where there is no other upon it
  }
}

void PerfettoExport::put(Actor who, Time at, std::uint64_t item) {
  // An arrow begins within a slice: where that ends, the next one may begin. Two times for the same can be rounded apart.
  std::optional<Span>& span = led_to_put_[who.number - 1];
  if (!span || span->to < at - 1) {
    span = {at, at};
    write_slice(who, "put", "put", item, *span);
  }
  queue_.push({who, std::max(span->from, span->to - 1)});
  span.reset();
  write_depth(at);
}

void PerfettoExport::get(Actor who, Time at, std::uint64_t item) {
  end_span(who, at, "");
  consumer(who).item = item;
  consumer(who).came_from = queue_.pop();
  write_depth(at);
}

// What a consumer has done since the last time is over.
void PerfettoExport::end_span(Actor who, Time at, std::string_view what) {
  Consumer& c = consumer(who);
  const Span span{std::exchange(c.since, at), at};
  const std::uint64_t item = std::exchange(c.item, 0);
  if (item != 0) {
    write_slice(who, "working", what, item, span);
    write_arrow_end('s', c.came_from.producer, c.came_from.leaves_at, item);
    write_arrow_end('f', who, std::min(span.from + 1, std::max(span.from, span.to - 1)), item);
  } else if (span.from < span.to) {
    write_slice(who, "waiting", "wait", 0, span);
  }
}

void PerfettoExport::write_slice(Actor who, std::string_view category, std::string_view name, std::uint64_t item, Span span) {
  const auto out = std::back_inserter(output_.buffer());
  const Time length = span.to - span.from;
  fmt::format_to(out, FMT_COMPILE(",\n{{\"ph\":\"X\",\"pid\":{},\"tid\":{},\"ts\":{}.{:03},\"dur\":{}.{:03},\"cat\":\"{}\",\"name\":\"{}"),
                 process(who), thread(who), span.from / 1000, span.from % 1000, length / 1000, length % 1000, category, name);
  if (item != 0)
    fmt::format_to(out, FMT_COMPILE(" {}\",\"args\":{{\"item\":{}}}}}"), item, item);
  else
    fmt::format_to(out, FMT_COMPILE("\"}}"));
  output_.wrote();
}

void PerfettoExport::write_arrow_end(char phase, Actor who, Time at, std::uint64_t item) {
  const std::string_view binding = phase == 'f' ? R"(,"bp":"e")" : "";
  fmt::format_to(std::back_inserter(output_.buffer()),
                 FMT_COMPILE(",\n{{\"ph\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{}.{:03},\"cat\":\"queue\",\"name\":\"item\",\"id\":{}{}}}"),
                 phase, process(who), thread(who), at / 1000, at % 1000, item, binding);
  output_.wrote();
}

void PerfettoExport::write_depth(Time at) {
  fmt::format_to(std::back_inserter(output_.buffer()),
                 FMT_COMPILE(",\n{{\"ph\":\"C\",\"pid\":{},\"tid\":{},\"ts\":{}.{:03},\"name\":\"depth\",\"args\":{{\"items\":{}}}}}"),
                 queue_process, queue_process, at / 1000, at % 1000, queue_.size());
  output_.wrote();
}

void PerfettoExport::write_instant(Time at, std::string_view name) {
  fmt::format_to(std::back_inserter(output_.buffer()),
                 FMT_COMPILE(",\n{{\"ph\":\"i\",\"s\":\"g\",\"pid\":{},\"tid\":{},\"ts\":{}.{:03},\"cat\":\"run\",\"name\":\"{}\"}}"),
                 queue_process, queue_process, at / 1000, at % 1000, name);
  output_.wrote();
}

void PerfettoExport::write_process(int number, std::string_view name) {
  const std::string_view comma = number == producers_process ? "" : ",";
  fmt::format_to(std::back_inserter(output_.buffer()),
                 FMT_COMPILE("{}\n{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"process_name\",\"args\":{{\"name\":\"{}\"}}}},\n"
                             "{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"process_sort_index\",\"args\":{{\"sort_index\":{}}}}}"),
                 comma, number, number, name, number, number, number);
}

void PerfettoExport::write_thread(Actor who) {
  const char role = who.role == Role::producer ? 'P' : 'C';
  fmt::format_to(std::back_inserter(output_.buffer()),
                 FMT_COMPILE(",\n{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":\"{}{}\"}}}},\n"
                             "{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{}}}}}"),
                 process(who), thread(who), role, who.number, process(who), thread(who), thread(who));
  output_.wrote();
}

std::uint64_t PerfettoExport::thread(Actor who) const {
  return first_thread + who.number - 1 + (who.role == Role::producer ? 0 : led_to_put_.size());
}

}  // namespace pcsim
