// The run as the page's data has it: the stories of items, and who did what when. Times are in seconds.

const fates = ['consumed', 'timed out', 'failed', 'unfinished', 'left in the queue', 'never put'];
const consumed = 0, unfinished = 3, queued = 4, neverPut = 5;

const digitValue = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].forEach((c, i) => (digitValue[c.charCodeAt(0)] = i));

// A column of whole numbers: five bits a digit, the least first; the sixth bit says that more follow. One number stands for
// a column of nothing else.
function readColumn(column, count) {
  const numbers = new Float64Array(count);
  if (typeof column === 'number') return numbers.fill(column);
  let at = 0;
  for (let i = 0; i < count; ++i) {
    let number = 0;
    let scale = 1;
    let digit;
    do {
      digit = digitValue[column.charCodeAt(at++)];
      number += (digit & 31) * scale;
      scale *= 32;
    } while (digit & 32);
    numbers[i] = number;
  }
  return numbers;
}

// Shares, a digit each; an empty text stands for zeros.
function readShares(text, count) {
  const shares = new Float64Array(count);
  for (let i = 0; i < text.length; ++i) shares[i] = digitValue[text.charCodeAt(i)] / 63;
  return shares;
}

// Of numbers in ascending order: how many are below this.
function countBelow(numbers, value, low = 0, high = numbers.length) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

class Run {
  constructor(data) {
    this.data = data;
    this.measures = new Map(data.measures.map(([name, value]) => [name, value]));
    this.settings = new Map(data.settings.map(([name, value]) => [name, value]));
    this.end = this.measures.get('makespan');
    this.actors = { producer: data.producers.count, consumer: data.consumers.count };
    this.complete = data.afar === undefined;
    this.produceFirst = this.settings.get('produce-first') === 'true';
    this.readStories(data.timeline);
    this.own = { producer: this.sort(this.producer, 'producer'), consumer: this.sort(this.consumer, 'consumer') };
    if (this.complete) this.readDepth();
    else this.readAfar(data.afar);
  }

  readStories({ ticks: perSecond, count, step, stories, cuts, cut }) {
    const time = (column) => readColumn(column, count);
    this.count = count;
    this.step = step;
    this.tick = 1 / perSecond;
    this.producer = new Uint32Array(readColumn(stories.producer, count));
    this.consumer = new Uint32Array(count);
    this.fate = new Uint8Array(count);
    const consumers = readColumn(stories.consumer, count);
    for (let i = 0; i < count; ++i) {
      this.consumer[i] = consumers[i] / 8;
      this.fate[i] = consumers[i] % 8;
    }
    const lag = time(stories.lag), produced = time(stories.produced);
    this.offered = time(stories.offered);
    for (let i = 1; i < count; ++i) this.offered[i] += this.offered[i - 1];
    const after = (times, column) => {
      const sums = time(column);
      for (let i = 0; i < count; ++i) sums[i] += times[i];
      return sums;
    };
    this.put = after(this.offered, stories.blocked);
    this.got = after(this.put, stories.wait);
    this.workFrom = after(this.got, stories.line);
    this.workTo = after(this.workFrom, stories.work);
    this.lockFrom = after(this.workTo, stories.lockLine);
    this.done = after(this.lockFrom, stories.lock);
    this.produceFrom = new Float64Array(count);
    this.produceTo = new Float64Array(count);
    for (let i = 0; i < count; ++i) {
      this.produceFrom[i] = this.produceFirst ? this.put[i] + lag[i] : this.offered[i] - lag[i] - produced[i];
      this.produceTo[i] = this.produceFrom[i] + produced[i];
    }
    for (const times of [this.offered, this.put, this.got, this.workFrom, this.workTo, this.lockFrom, this.done, this.produceFrom,
      this.produceTo])
      for (let i = 0; i < count; ++i) times[i] /= perSecond;

    // Items in a consumer's hand that were not consumed, by consumer.
    this.notConsumed = new Map();
    for (let i = 0; i < count; ++i)
      if (this.fate[i] !== consumed && this.fate[i] <= unfinished) {
        const items = this.notConsumed.get(this.consumer[i]);
        if (items) items.push(i);
        else this.notConsumed.set(this.consumer[i], [i]);
      }

    // What was produced and never offered, by producer.
    const cutProducer = readColumn(cut.producer, cuts), cutFrom = readColumn(cut.from, cuts), length = readColumn(cut.length, cuts);
    this.cut = new Map();
    for (let i = 0; i < cuts; ++i)
      this.cut.set(cutProducer[i], { from: cutFrom[i] / perSecond, to: (cutFrom[i] + length[i]) / perSecond });
  }

  // The items of each actor, in the order of time: those of actor a are items[first[a]] to items[first[a + 1] - 1].
  sort(actorOf, role) {
    const first = new Uint32Array(this.actors[role] + 2);
    for (const actor of actorOf) ++first[actor];
    let sum = 0;
    for (let a = 0; a < first.length; ++a) {
      sum += first[a];
      first[a] = sum - first[a];
    }
    const next = first.slice();
    const items = new Uint32Array(this.count);
    for (let i = 0; i < this.count; ++i) items[next[actorOf[i]]++] = i;
    if (role === 'consumer')
      for (let a = 1; a + 1 < first.length; ++a) items.subarray(first[a], first[a + 1]).sort((i, j) => this.got[i] - this.got[j] || i - j);
    return { items, first };
  }

  // When an actor began and ended with an item.
  begin(role, i) {
    if (role === 'consumer') return this.got[i];
    return this.produceFirst ? this.offered[i] : this.produceFrom[i];
  }
  finish(role, i) {
    if (role === 'consumer') return this.done[i];
    return this.produceFirst ? Math.max(this.produceTo[i], this.put[i]) : this.put[i];
  }

  // Calls see(from, to, blocked, item) for the slices of an actor that touch a time; item is -1 where there is none.
  slices(role, actor, from, to, see) {
    const { items, first } = this.own[role];
    let low = first[actor], high = first[actor + 1];
    const end = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.finish(role, items[middle]) < from) low = middle + 1;
      else high = middle;
    }
    for (; low < end && this.begin(role, items[low]) <= to; ++low) {
      const i = items[low];
      if (role === 'consumer') {
        if (this.workFrom[i] > this.got[i]) see(this.got[i], this.workFrom[i], true, i);
        if (this.workTo[i] > this.workFrom[i]) see(this.workFrom[i], this.workTo[i], false, i);
        if (this.lockFrom[i] > this.workTo[i]) see(this.workTo[i], this.lockFrom[i], true, i);
        if (this.done[i] > this.lockFrom[i]) see(this.lockFrom[i], this.done[i], false, i);
      } else {
        if (this.produceTo[i] > this.produceFrom[i]) see(this.produceFrom[i], this.produceTo[i], false, i);
        if (this.put[i] > this.offered[i]) see(this.offered[i], this.put[i], true, i);
      }
    }
    const cut = role === 'producer' && this.cut.get(actor);
    if (cut && cut.to >= from && cut.from <= to) see(cut.from, cut.to, false, -1);
  }

  // When an actor was gone; the mean of those who share a line of the table.
  life(role, actor) {
    const { size, lines } = this.data[`${role}s`];
    const at = Math.floor((actor - 1) / size);
    return lines[at][3] / Math.min(size, this.actors[role] - at * size);
  }

  // The depth of the queue from each of its changes on. Where several come at once, the order is one that was possible.
  readDepth() {
    const sorted = (times, beforeFate) => {
      const some = new Float64Array(this.count);
      let count = 0;
      for (let i = 0; i < this.count; ++i) if (this.fate[i] < beforeFate) some[count++] = times[i];
      return some.subarray(0, count).sort();
    };
    const puts = sorted(this.put, neverPut), gots = sorted(this.got, queued);
    const most = this.measures.get('queue.max_depth');
    const times = new Float64Array(puts.length + gots.length);
    const depths = new Float64Array(times.length);
    for (let n = 0, p = 0, g = 0; n < times.length; ++n) {
      const isPut = g === gots.length || (p < puts.length && (puts[p] < gots[g] || (puts[p] === gots[g] && p - g < most)));
      times[n] = isPut ? puts[p++] : gots[g++];
      depths[n] = p - g;
    }
    this.depthTimes = times;
    this.depths = depths;
  }

  // Calls see(from, to, least, mean, most) for spans of a time with what the queue's depth was in each.
  depth(from, to, see) {
    if (!this.complete) {
      const { span, least, mean, most } = this.afar.depth;
      for (let i = Math.max(0, Math.floor(from / span)); i < mean.length && i * span <= to; ++i)
        see(i * span, Math.min((i + 1) * span, this.end), least[i], mean[i], most[i]);
      return;
    }
    let i = countBelow(this.depthTimes, from);
    let depth = i === 0 ? 0 : this.depths[i - 1];
    let begin = from;
    for (; i < this.depthTimes.length && this.depthTimes[i] <= to; ++i) {
      see(begin, this.depthTimes[i], depth, depth, depth);
      begin = this.depthTimes[i];
      depth = this.depths[i];
    }
    see(begin, to, depth, depth, depth);
  }

  readAfar({ span, count, producers, consumers, depth }) {
    const role = ({ size, working, blocked }) => ({
      size,
      working: working.map((text) => readShares(text, count)),
      blocked: blocked.map((text) => readShares(text, count)),
    });
    this.afar = {
      span,
      count,
      producer: role(producers),
      consumer: role(consumers),
      depth: {
        span,
        least: readColumn(depth.least, count),
        most: readColumn(depth.most, count),
        mean: readColumn(depth.hundredths, count).map((hundredths) => hundredths / 100),
      },
    };
  }

  // How many actors there are together at least.
  finest(role) { return this.complete ? 1 : this.afar[role].size; }

  // Calls see(from, to, working, blocked) for the spans that touch a time, with the shares of all actors from one to another.
  // REQUIRES: !complete; first and last are the ends of groups.
  shares(role, first, last, from, to, see) {
    const { span, [role]: { size, working, blocked } } = this.afar;
    const groups = [];
    for (let actor = first; actor <= last; actor += size)
      groups.push({ row: (actor - 1) / size, weight: Math.min(size, last - actor + 1) / (last - first + 1) });
    const sum = (shares, i) => groups.reduce((all, { row, weight }) => all + shares[row][i] * weight, 0);
    for (let i = Math.floor(from / span); i < this.afar.count && i * span <= to; ++i)
      see(i * span, Math.min((i + 1) * span, this.end), sum(working, i), sum(blocked, i));
  }

  id(i) { return 1 + i * this.step; }

  // The kept item that is nearest to this number.
  nearest(id) {
    return Math.min(Math.max(Math.round((id - 1) / this.step), 0), this.count - 1);
  }
}
