#include <pcsim/observe/event_export.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <string>

namespace pcsim {

std::optional<EventFormat> event_format(std::string_view path) {
  if (path == "-" || path.ends_with(".jsonl")) return EventFormat::jsonl;
  if (path.ends_with(".csv")) return EventFormat::csv;
  return std::nullopt;
}

EventExport::EventExport(EventFormat format, Output& output) : format_(format), output_(output) {}

void EventExport::on(const Happening& happening) {
  write(happening.at, happening_names[static_cast<std::size_t>(happening.kind)], happening.who, happening.item);
}

void EventExport::on_draw(const Draw& draw) {
  write(draw.at, draw_names[static_cast<std::size_t>(draw.purpose)], draw.who, draw.item, draw.seconds);
}

void EventExport::on_pause(const Pause& pause) { write(pause.at, pause_name, pause.who, 0, pause.seconds); }

void EventExport::on_exit(const Exit& exit) { write(exit.at, exit_name, exit.who); }

void EventExport::end(const Outcome* outcome) {
  if (outcome != nullptr)
    write(outcome->at, end_name);
  else if (at_ < 0)
    write_head();
  output_.complete();
}

// Not before there is an event: a file in which nothing was written is as it was.
void EventExport::write_head() {
  if (format_ != EventFormat::csv) return;
  output_.buffer().append(event_columns);
  output_.buffer().push_back('\n');
}

void EventExport::write(double at, std::string_view event, Actor who, std::uint64_t item, std::optional<double> seconds) {
  if (at != at_) {
    if (at_ < 0) write_head();
    at_ = at;
    at_end_ = fmt::format_to(at_text_.data(), FMT_COMPILE("{}"), at);
  }
  const std::string_view time(at_text_.data(), static_cast<std::size_t>(at_end_ - at_text_.data()));
  const char role = who.role == Actor::Role::producer ? 'P' : 'C';
  const bool somebody = who.role != Actor::Role::none;

  std::array<char, 256> line;  // the longest is half of that
  char* end = line.data();
  if (format_ == EventFormat::jsonl) {
    end = fmt::format_to(end, FMT_COMPILE(R"({{"at":{},"event":"{}")"), time, event);
    if (somebody) end = fmt::format_to(end, FMT_COMPILE(R"(,"actor":"{}{}")"), role, who.number);
    if (item != 0) end = fmt::format_to(end, FMT_COMPILE(R"(,"item":{})"), item);
    if (seconds) end = fmt::format_to(end, FMT_COMPILE(R"(,"seconds":{})"), *seconds);
    *end++ = '}';
  } else {
    end = fmt::format_to(end, FMT_COMPILE("{},{},"), time, event);
    if (somebody) end = fmt::format_to(end, FMT_COMPILE("{}{}"), role, who.number);
    *end++ = ',';
    if (item != 0) end = fmt::format_to(end, FMT_COMPILE("{}"), item);
    *end++ = ',';
    if (seconds) end = fmt::format_to(end, FMT_COMPILE("{}"), *seconds);
  }
  *end++ = '\n';
  output_.buffer().append(line.data(), end);
  output_.wrote();
}

}  // namespace pcsim
