// An item's story as a table: what was done with it, by whom, since when and for how long.

function tellItem(run, i, time) {
  const body = element('tbody');
  const add = (what, when, seconds) => body.append(element('tr', {}, element('td', {}, what), element('td', { class: 'soft' }, when),
    element('td', {}, duration(seconds))));
  const spent = (what, from, to) => add(what, `from ${time(from)}`, to - from);
  const spentIfAny = (what, from, to) => { if (to > from) spent(what, from, to); };

  const p = `P${run.producer[i]}`, c = `C${run.consumer[i]}`;
  const produced = () => spent(`Produced by ${p}`, run.produceFrom[i], run.produceTo[i]);
  if (!run.produceFirst) {
    produced();
    spentIfAny(`${p} could not go on at once`, run.produceTo[i], run.offered[i]);
  }
  spentIfAny(`${p} blocked: the queue is full`, run.offered[i], run.put[i]);
  if (run.fate[i] !== neverPut) spent('Waited in the queue', run.put[i], run.got[i]);
  if (run.consumer[i] > 0) {
    const short = run.settings.get('work') === 'thread' ? 'a thread' : 'the limit';
    spentIfAny(`${c} in line for ${short}`, run.got[i], run.workFrom[i]);
    spent(`Worked on by ${c}`, run.workFrom[i], run.workTo[i]);
    spentIfAny(`${c} in line for the lock`, run.workTo[i], run.lockFrom[i]);
    spentIfAny(`${c} has the lock`, run.lockFrom[i], run.done[i]);
  }
  if (run.produceFirst) produced();
  const end = run.fate[i] < unfinished ? `From the start of put to ${fates[run.fate[i]]}` : 'Until it was given up, or the run ended';
  add(end, `until ${time(run.done[i])}`, run.done[i] - run.offered[i]);
  return element('table', {}, element('caption', {}, `Item ${fixed(run.id(i))}: ${fates[run.fate[i]]}`), body);
}
