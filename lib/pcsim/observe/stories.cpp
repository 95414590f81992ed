#include <pcsim/observe/stories.hpp>

#include <algorithm>

namespace pcsim {

namespace {

using Kind = Happening::Kind;
using Fate = Story::Fate;

constexpr double in_hand = -1;  // instead of the time at which it is done

// As if the item were given up where it stands; what comes later moves the later times on.

void put_at(Story& story, double at) {
  story.put = story.got = story.work_from = story.work_to = story.lock_from = story.done = at;
}

void got_at(Story& story, double at) { story.got = story.work_from = story.work_to = story.lock_from = story.done = at; }

// All the time in a consumer's hand is work, unless its slices tell otherwise.
void done_at(Story& story, double at) { story.work_to = story.lock_from = story.done = at; }

Fate fate_of(Kind kind) {
  if (kind == Kind::timed_out) return Fate::timed_out;
  return kind == Kind::failed ? Fate::failed : Fate::consumed;
}

}  // namespace

void Stories::on(const Happening& happening) {
  if (happening.kind == Kind::blocked || happening.kind == Kind::put) begin(happening);
  Story* const story = find(happening.item);
  if (story == nullptr) return;
  switch (happening.kind) {
    case Kind::put:
      put_at(*story, happening.at);
      story->fate = Fate::queued;
      break;
    case Kind::got:
      got_at(*story, happening.at);
      story->done = in_hand;
      story->consumer = happening.who.number;
      story->fate = Fate::unfinished;
      break;
    case Kind::cancelled: done_at(*story, happening.at); break;
    case Kind::consumed:
    case Kind::timed_out:
    case Kind::failed:
      done_at(*story, happening.at);
      story->fate = fate_of(happening.kind);
      break;
    default: break;
  }
}

void Stories::on(const Slice& slice) {
  if (slice.item == 0) {
    if (cut_.size() < most_)
      cut_.push_back(slice);
    else
      complete_ = false;
    return;
  }
  Story* const story = find(slice.item);
  if (story == nullptr) return;
  switch (slice.kind) {
    case Slice::Kind::produce:
      story->produce_from = slice.from;
      story->produce_to = slice.to;
      break;
    case Slice::Kind::full_queue:
      if (story->fate == Fate::never_put) put_at(*story, slice.to);
      break;
    case Slice::Kind::line: story->work_from = slice.to; break;
    case Slice::Kind::work: story->work_to = slice.to; break;
    case Slice::Kind::lock_line:
      story->work_to = slice.from;
      story->lock_from = slice.to;
      break;
    case Slice::Kind::lock:
      story->work_to = std::min(story->work_to, slice.from);
      story->lock_from = slice.from;
      break;
  }
}

void Stories::end(double at) {
  for (Story& story : items_) {
    if (story.fate == Fate::queued) got_at(story, at);
    if (story.done == in_hand) done_at(story, at);
  }
}

void Stories::thin_out() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items_.size(); i += 2) items_[kept++] = items_[i];
  items_.resize(kept);
  step_ *= 2;
  complete_ = false;
}

void Stories::begin(const Happening& happening) {
  if (find(happening.item) != nullptr) return;
  if (items_.size() == most_) thin_out();
  if ((happening.item - 1) % step_ != 0) return;
  Story& story = items_.emplace_back();
  story.producer = happening.who.number;
  story.offered = happening.at;
  story.produce_from = story.produce_to = happening.at;
  put_at(story, happening.at);
}

Story* Stories::find(std::uint64_t item) {
  if (item == 0 || (item - 1) % step_ != 0) return nullptr;
  const std::uint64_t index = (item - 1) / step_;
  return index < items_.size() ? &items_[index] : nullptr;
}

}  // namespace pcsim
