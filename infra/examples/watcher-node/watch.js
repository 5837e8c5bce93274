'use strict';
// Watches one execution over WebSocket and goes on where it was after a lost connection: node watch.js --help
const { WebSocket } = require('ws');

const HELP = `node watch.js --url ws://host:port/ws --token TOKEN --execution ID [--watchers 1] [--from 1] [--quiet] [--within 120]

Prints each event as it comes (not with --quiet), and at the end one line of JSON: what all watchers together got.
  --watchers  connections that watch the same execution
  --from      first sequence wanted
  --within    seconds after which it gives up
Exit code 0: every watcher got every event once and in order, up to the last.
Lines of the form "… at <microseconds since 1970>" are measured from there to their frame.`;

const FINAL = new Set(['tool.execution.completed', 'tool.execution.failed', 'tool.execution.cancelled']);
const now = () => (performance.timeOrigin + performance.now()) * 1000;

function read(names) {
  const given = {};
  for (let i = 2; i < process.argv.length; i++) {
    const name = process.argv[i].replace(/^--/, '');
    if (name === 'help' || !(name in names)) {
      console.log(HELP);
      process.exit(name === 'help' ? 0 : 64);
    }
    given[name] = names[name] === false ? true : process.argv[++i];
  }
  return { ...names, ...given };
}

const options = read({ url: 'ws://127.0.0.1:3003/ws', token: '', execution: '', watchers: '1', from: '1', within: '120', quiet: false });
const room = `execution:${options.execution}`;
const watchers = [];
const totals = { frames: 0, doubles: 0, gaps: 0, lagged: 0, reconnects: 0, closeCodes: {} };
// Times of the lines of an event are read once; every watcher's arrival is compared with them at the end.
const lineTimes = new Map();

class Watcher {
  constructor(number) {
    this.number = number;
    this.next = Number(options.from);
    this.ended = false;
    this.arrivals = [];
  }

  connect() {
    this.socket = new WebSocket(options.url, 'capns.v1', { headers: { authorization: `Bearer ${options.token}` }, perMessageDeflate: false });
    this.socket.on('open', () => this.socket.send(JSON.stringify({ type: 'subscribe', id: '1', data: { rooms: [room], fromSequence: this.next } })));
    this.socket.on('message', (data) => this.hear(data));
    this.socket.on('error', () => {});
    this.socket.on('close', (code) => {
      if (!this.ended) {
        totals.closeCodes[code] = (totals.closeCodes[code] ?? 0) + 1;
        totals.reconnects++;
        setTimeout(() => this.connect(), 50 + Math.random() * 200);
      }
    });
  }

  hear(data) {
    const at = now();
    const head = data.toString('latin1', 0, 160);
    if (!head.startsWith('{"type":"execution.event"')) {
      this.answer(JSON.parse(data));
      return;
    }
    // Reading all of 1,000 equal frames would measure this program: the first watcher does, the others look for the number.
    const text = this.number === 0 ? data.toString() : data.toString('latin1', 0, 2000);
    const sequence = Number(/"sequence":(\d+)/.exec(text)[1]);
    totals.frames++;
    totals.doubles += sequence < this.next ? 1 : 0;
    totals.gaps += sequence > this.next ? 1 : 0;
    this.next = Math.max(this.next, sequence + 1);
    this.arrivals[sequence] = at;
    if (this.number === 0) {
      this.show(sequence, JSON.parse(text).data);
    }
    const type = /"data":\{"type":"([^"]+)"/.exec(head);
    if (type && FINAL.has(type[1])) {
      this.end();
    }
  }

  answer(message) {
    if (message.type === 'lagged') {
      totals.lagged += message.data.dropped;
    }
    if (message.type === 'subscribed') {
      if (message.data.denied.length > 0) {
        console.error(JSON.stringify(message.data.denied[0]));
        setTimeout(() => this.socket.close(), 200);
      } else if (!this.joined) {
        this.joined = true;
        if (watchers.every((watcher) => watcher.joined)) {
          console.log(JSON.stringify({ joined: watchers.length }));
        }
      }
    }
  }

  show(sequence, event) {
    if (!options.quiet) {
      console.log(JSON.stringify(event));
    }
    const times = [...(event.log?.line ?? '').matchAll(/ at (\d{15,17})$/gm)].map((found) => Number(found[1]));
    if (times.length > 0) {
      lineTimes.set(sequence, times);
    }
  }

  end() {
    this.ended = true;
    this.socket.close(1000);
    if (watchers.every((watcher) => watcher.ended)) {
      finish();
    }
  }
}

const percentile = (sorted, part) => (sorted.length === 0 ? null : Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] / 10) / 100);

function figures(values) {
  const sorted = Float64Array.from(values).sort();
  return { count: sorted.length, p50Ms: percentile(sorted, 0.5), p90Ms: percentile(sorted, 0.9), p99Ms: percentile(sorted, 0.99), maxMs: percentile(sorted, 1) };
}

function finish() {
  const newest = [];
  const every = [];
  let lines = 0;
  for (const [sequence, times] of lineTimes) {
    lines += times.length;
    for (const watcher of watchers) {
      const at = watcher.arrivals[sequence];
      if (at !== undefined) {
        newest.push(at - times.at(-1));
        for (const time of watcher.number === 0 || watchers.length <= 10 ? times : []) {
          every.push(at - time);
        }
      }
    }
  }
  const complete = watchers.every((watcher) => watcher.ended) && totals.doubles === 0 && totals.gaps === 0 && totals.lagged === 0;
  const events = Math.max(...watchers.map((watcher) => watcher.next - 1));
  console.log(JSON.stringify({ complete, watchers: watchers.length, ended: watchers.filter((watcher) => watcher.ended).length, events, lines, ...totals, newestLine: figures(newest), everyLine: figures(every) }));
  process.exit(complete ? 0 : 1);
}

for (let number = 0; number < Number(options.watchers); number++) {
  watchers.push(new Watcher(number));
}
// Not all in one instant: a listening queue has an end.
watchers.forEach((watcher, index) => setTimeout(() => watcher.connect(), index * 2));
setTimeout(finish, Number(options.within) * 1000);
