#include <pcsim/observe/timeline_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {

namespace {

constexpr std::size_t least_columns = 20;
constexpr std::size_t levels = 4;  // of working, to tell shares of the time
constexpr std::size_t depth_levels = 8;

struct Glyphs {
  std::array<std::string_view, levels> working;
  std::string_view seam;
  std::string_view blocked;
  std::string_view waiting;
  std::array<std::string_view, depth_levels> depth;
  std::string_view side;
  std::string_view line;
  std::string_view tick;
  std::string_view left_corner;
  std::string_view right_corner;
};

constexpr Glyphs ascii{{"-", "+", "*", "#"}, "|", "x", ".", {".", ":", "-", "=", "+", "*", "%", "@"}, "|", "-", "+", "+", "+"};
constexpr Glyphs blocks{{"\u2591", "\u2592", "\u2593", "\u2588"},
                        "\u258a",
                        "x",
                        "\u00b7",
                        {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"},
                        "\u2502",
                        "\u2500",
                        "\u2534",
                        "\u2514",
                        "\u2518"};

enum class Colour { none, working, blocked, waiting, depth };

std::string_view escape(Colour colour) {
  switch (colour) {
    case Colour::working: return "\x1b[32m";
    case Colour::blocked: return "\x1b[31m";
    case Colour::waiting: return "\x1b[90m";
    case Colour::depth: return "\x1b[36m";
    case Colour::none: break;
  }
  return "\x1b[0m";
}

// Text of which every piece has its colour.
class Painter {
public:
  explicit Painter(bool colour) : colour_(colour) {}

  void put(std::string_view text, Colour colour = Colour::none) {
    if (colour_ && colour != now_ && text != " ") {
      text_ += escape(colour);
      now_ = colour;
    }
    text_ += text;
  }
  std::string take() { return std::move(text_); }

private:
  bool colour_;
  Colour now_ = Colour::none;
  std::string text_;
};

// Characters of UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string label(const Timeline::Row& row) {
  const char role = row.role == Actor::Role::producer ? 'P' : 'C';
  if (row.first == row.last) return fmt::format("{}{}", role, row.first);
  return fmt::format("{}{}-{}", role, row.first, row.last);
}

std::size_t level_of(const Timeline::Shares& shares) {
  return static_cast<std::size_t>(std::clamp(std::round(shares.working * levels), 0.0, double{levels}));
}

// Whether spells of work that follow each other can be told apart.
bool shows_seams(const std::vector<Timeline::Shares>& row) {
  constexpr double shortest = 4;  // columns
  double working = 0;
  double ends = 0;
  for (const Timeline::Shares& shares : row) {
    working += shares.working;
    ends += shares.ends;
  }
  return working >= shortest * ends;
}

// The glyph of what the actors of a row do for most of the time; work is shown from an eighth of it on, and how much of it there
// is. Returns whether a seam is in it.
bool put_row(Painter& painter, const Glyphs& glyphs, const std::vector<Timeline::Shares>& row, bool alone) {
  const bool seams = alone && shows_seams(row);
  bool seen = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Timeline::Shares& shares = row[i];
    const std::size_t level = level_of(shares);
    const bool goes_on = i + 1 < row.size() && level_of(row[i + 1]) > 0;
    if (shares.blocked > std::max({shares.working, shares.waiting, shares.gone}))
      painter.put(glyphs.blocked, Colour::blocked);
    else if (level == levels && seams && shares.ends > 0 && goes_on) {
      painter.put(glyphs.seam, Colour::working);
      seen = true;
    } else if (level > 0)
      painter.put(glyphs.working[level - 1], Colour::working);
    else if (shares.waiting > shares.gone)
      painter.put(glyphs.waiting, Colour::waiting);
    else
      painter.put(" ");
  }
  return seen;
}

void put_depths(Painter& painter, const Glyphs& glyphs, const std::vector<double>& depths, double deepest) {
  constexpr double least = 0.01;  // of the deepest: on the wall clock, everything that is put stands there for some microseconds
  for (const double depth : depths) {
    const double level = std::clamp(std::ceil(depth / deepest * depth_levels), 1.0, double{depth_levels});
    if (depth > deepest * least)
      painter.put(glyphs.depth[static_cast<std::size_t>(level) - 1], Colour::depth);
    else
      painter.put(" ");
  }
}

// How times are written on an axis with ticks so far apart.
struct Scale {
  double step;  // seconds
  double unit;
  std::string_view name;
  int decimals;

  std::string label(double ticks) const { return ticks == 0 ? "0" : fmt::format("{:.{}f}", ticks * step / unit, decimals); }
};

Scale scale_of(int exponent, int times) {
  struct Unit {
    int exponent;
    std::string_view name;
  };
  // Seconds as long as three decimals will do, as in the trace.
  const Unit unit = exponent >= -3   ? Unit{0, "s"}
                    : exponent >= -4 ? Unit{-3, "ms"}
                    : exponent >= -7 ? Unit{-6, "us"}
                                     : Unit{-9, "ns"};
  return {times * std::pow(10, exponent), std::pow(10, unit.exponent), unit.name, std::max(0, unit.exponent - exponent)};
}

// The closest ticks at round times whose labels do not touch.
Scale choose_scale(double makespan, std::size_t columns) {
  constexpr std::size_t closest = 10;
  for (int exponent = static_cast<int>(std::floor(std::log10(makespan))) - 3;; ++exponent)
    for (const int times : {1, 2, 5}) {
      const Scale scale = scale_of(exponent, times);
      // Labels are centred, but for the last where its unit would not fit.
      const std::size_t longest = scale.label(std::floor(makespan / scale.step)).size() * 3 / 2 + scale.name.size() + 3;
      if (scale.step * static_cast<double>(columns) >= makespan * static_cast<double>(std::max(closest, longest))) return scale;
    }
}

void put_axis(Painter& painter, const Glyphs& glyphs, double makespan, std::size_t columns, std::size_t margin) {
  const Scale scale = choose_scale(makespan, columns);
  const auto ticks = static_cast<std::size_t>(makespan / scale.step + 1e-9);
  std::vector<bool> is_tick(columns + 2);
  std::string labels;
  for (std::size_t i = 0; i <= ticks; ++i) {
    const double share = static_cast<double>(i) * scale.step / makespan;
    const auto place = static_cast<std::size_t>(std::round(share * static_cast<double>(columns + 1)));
    is_tick[place] = true;
    std::string text = scale.label(static_cast<double>(i));
    if (i == ticks) text += fmt::format(" {}", scale.name);
    std::size_t begin = margin + place - std::min(place, scale.label(static_cast<double>(i)).size() / 2);
    begin = std::min(begin, margin + columns + 2 - text.size());
    labels.resize(std::max(labels.size(), begin), ' ');
    labels += text;
  }
  painter.put(std::string(margin, ' '));
  for (std::size_t i = 0; i <= columns + 1; ++i)
    painter.put(i == 0 ? glyphs.left_corner : i > columns ? glyphs.right_corner : is_tick[i] ? glyphs.tick : glyphs.line);
  painter.put("\n" + labels + "\n");
}

struct Meaning {
  std::string glyphs;
  Colour colour;
  std::string text;
};

std::vector<Meaning> meanings(const Timeline& timeline, const Glyphs& glyphs, bool seams, double deepest) {
  std::string working;
  for (auto level = glyphs.working.rbegin(); level != glyphs.working.rend(); ++level) working += *level;
  std::vector<Meaning> all{{working, Colour::working, " working"},
                           {std::string(glyphs.blocked), Colour::blocked, " blocked"},
                           {std::string(glyphs.waiting), Colour::waiting, " waiting"}};
  if (seams) all.insert(all.begin() + 1, {std::string(glyphs.seam), Colour::working, " next item"});
  if (deepest > 0) all.push_back({std::string(glyphs.depth.back()), Colour::depth, fmt::format(" {:.3g} in the queue", deepest)});
  for (const auto& [role, name] : {std::pair{Actor::Role::producer, 'P'}, {Actor::Role::consumer, 'C'}}) {
    const auto row = std::find_if(timeline.rows().begin(), timeline.rows().end(), [&](const auto& r) { return r.role == role; });
    if (row->first < row->last)
      all.push_back({"", Colour::none, fmt::format("{}: {} in a row", name, row->last - row->first + 1)});
  }
  return all;
}

// As many to a line as there is room for.
void put_legend(Painter& painter, const std::vector<Meaning>& all, std::size_t margin, std::size_t columns) {
  constexpr std::string_view gap = "   ";
  std::size_t used = 0;
  for (const Meaning& meaning : all) {
    const std::size_t width = width_of(meaning.glyphs) + width_of(meaning.text);
    if (used > 0 && used + gap.size() + width > columns) {
      painter.put("\n");
      used = 0;
    }
    painter.put(used == 0 ? std::string(margin, ' ') : gap);
    painter.put(meaning.glyphs, meaning.colour);
    painter.put(meaning.text);
    used += (used == 0 ? 0 : gap.size()) + width;
  }
  painter.put("\n");
}

}  // namespace

std::string to_text(const Timeline& timeline, const TextStyle& style) {
  constexpr double shortest = 1e-12;
  const double makespan = timeline.makespan();
  if (makespan < shortest) return "timeline    nothing to draw: the run took no time\n";

  const Glyphs& glyphs = style.utf8 ? blocks : ascii;
  std::size_t margin = std::string_view("queue").size();
  for (const Timeline::Row& row : timeline.rows()) margin = std::max(margin, label(row).size());
  ++margin;
  const std::size_t columns = std::max(style.width, margin + 2 + least_columns) - margin - 2;

  Painter painter(style.colour);
  const auto begin_row = [&](std::string_view name) {
    painter.put(fmt::format("{:<{}}", name, margin));
    painter.put(glyphs.side);
  };
  const auto end_row = [&] {
    painter.put(glyphs.side);
    painter.put("\n");
  };
  bool seams = false;
  for (std::size_t i = 0; i < timeline.rows().size(); ++i) {
    const Timeline::Row& row = timeline.rows()[i];
    begin_row(label(row));
    seams |= put_row(painter, glyphs, timeline.shares(i, columns), row.first == row.last);
    end_row();
  }

  const std::vector<double> depths = timeline.depths(columns);
  const double deepest = *std::max_element(depths.begin(), depths.end());
  begin_row("queue");
  put_depths(painter, glyphs, depths, deepest);
  end_row();
  put_axis(painter, glyphs, makespan, columns, margin);
  put_legend(painter, meanings(timeline, glyphs, seams, deepest), margin + 1, columns);
  return painter.take();
}

}  // namespace pcsim
