// Keeps fifty requests in flight on connections that stay open; prints percentiles as JSON. See bench.mjs.
import net from 'node:net';

const [port, where, headers, seconds] = [Number(process.argv[2]), process.argv[3], JSON.parse(process.argv[4]), Number(process.argv[5])];
const connections = 50;
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
const request = Buffer.from(`GET ${where} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept-Encoding: br\r\nAccept: text/html, application/json\r\n${lines}\r\n`);
const end = performance.now() + seconds * 1000;
const first = [];
const whole = [];
let bad = 0;

/** One request after the other; an answer ends as its head says: with so many bytes, or with the chunk of none. */
function connection() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let began = 0;
    let came = 0;
    let head = Buffer.alloc(0);
    let left = -1;
    let tail = '';
    const send = () => {
      head = Buffer.alloc(0);
      left = -1;
      came = 0;
      tail = '';
      began = performance.now();
      socket.write(request);
    };
    const body = (part) => {
      if (left >= 0) {
        left -= part.length;
        return left <= 0;
      }
      tail = (tail + part.toString('latin1')).slice(-7);
      return tail === '\r\n0\r\n\r\n';
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', resolve);
    socket.on('data', (part) => {
      const now = performance.now();
      let done = false;
      if (came === 0) {
        came = now;
      }
      if (head !== null) {
        head = Buffer.concat([head, part]);
        const at = head.indexOf('\r\n\r\n');
        if (at < 0) return;
        const text = head.subarray(0, at).toString('latin1');
        if (!text.startsWith('HTTP/1.1 200')) bad += 1;
        const length = text.match(/^content-length: (\d+)/im);
        if (length) left = Number(length[1]);
        const rest = head.subarray(at + 4);
        head = null;
        // The end of the head stands before the first chunk's size, as the end of a chunk would.
        tail = '\r\n';
        done = body(rest);
      } else {
        done = body(part);
      }
      if (!done) return;
      first.push(came - began);
      whole.push(now - began);
      if (now < end) send();
      else socket.end();
    });
  });
}

const begun = performance.now();
await Promise.all(Array.from({ length: connections }, connection));
const took = (performance.now() - begun) / 1000;
const percentiles = (times) => {
  times.sort((a, b) => a - b);
  return Object.fromEntries([50, 95, 99].map((percent) => [percent, Math.round(times[Math.floor(((times.length - 1) * percent) / 100)] * 100) / 100]));
};
console.log(JSON.stringify({ first: percentiles(first), whole: percentiles(whole), per_second: Math.round((whole.length / took) * 10) / 10, bad }));
