'use strict';
// Asks discovery in every way, as any service would, and shows what comes back: node discover.js [--help]
const { randomUUID } = require('node:crypto');
const amqp = require('amqplib');
const { CloudEvent } = require('cloudevents');

const REQUESTED = 'tool.discovery.requested';
const UPDATED = 'tool.recommendation.updated';
const SECONDS = Number(process.env.SECONDS ?? 30);

if (process.argv.includes('--help')) {
  console.log(`node discover.js

Publishes ${REQUESTED} by words, capabilities, capability URN, context with recent tools, and for similar, related and
required tools; then five requests that are wrong. Each answer has to come twice: to its reply queue, and as event
${UPDATED} on exchange "events". Refusals come to the reply queue only.
  RABBITMQ_URL  default amqp://guest:guest@127.0.0.1:5672
  SECONDS       longest wait, default 30
Exit code 0: everything was answered, and what is wrong was refused with the expected code.`);
  process.exit(0);
}

const agentId = 'discover-node';
const QUESTIONS = [
  ['by words', { agentId, query: 'how often does each word occur in a text', mode: 'search' }, 'word-frequency'],
  ['by words with a typing error', { agentId, query: 'word freqency' }, 'word-frequency'],
  ['by capability', { agentId, capabilities: ['csv'] }, 'csv-to-json'],
  ['by capability URN', { agentId, capabilities: ['cap:in="media:bytes;pdf";op=extract_text;out="media:form=map;textable"'] }, 'pdf-text'],
  ['by context with recent tools', { agentId, context: { topic: 'most frequent words', userIntent: 'see how often each word occurs', recentToolIds: ['pdf-text'], keywords: ['frequency'] } }, 'word-frequency'],
  ['similar tools', { agentId, mode: 'similar', toolId: 'word-frequency' }, null],
  ['related tools', { agentId, mode: 'related', toolId: 'word-frequency' }, null],
  ['required tools', { agentId, mode: 'dependencies', toolId: 'word-frequency' }, null],
  ['with the schema of parameters', { agentId, query: 'csv to json', includeParameters: true, limit: 1 }, 'csv-to-json'],
];
const WRONG = [
  ['nobody asks', { query: 'pdf' }, 'INVALID_REQUEST'],
  ['limit beyond 50', { agentId, query: 'pdf', limit: 51 }, 'INVALID_PARAMETERS'],
  ['unknown mode', { agentId, query: 'pdf', mode: 'guess' }, 'INVALID_PARAMETERS'],
  ['no capability URN', { agentId, capabilities: ['cap:op="x'] }, 'INVALID_CAP'],
  ['unknown tool', { agentId, mode: 'similar', toolId: 'no-such-tool' }, 'TOOL_NOT_FOUND'],
];

async function main() {
  const connection = await amqp.connect(process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672');
  const channel = await connection.createConfirmChannel();
  const replies = await channel.assertQueue('', { exclusive: true });
  const events = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(events.queue, 'events', UPDATED);

  const requests = new Map();
  const failures = [];
  let finish;
  const finished = new Promise((resolve) => { finish = resolve; });
  const check = () => {
    if ([...requests.values()].every((request) => request.reply && (request.event || request.code))) {
      finish();
    }
  };
  await channel.consume(replies.queue, (message) => {
    const request = requests.get(message.properties.correlationId);
    const document = JSON.parse(message.content.toString());
    request.reply = document;
    if (document.error) {
      console.log(`${request.name.padEnd(32)} refused: ${document.error.code}: ${document.error.message}`);
    } else {
      const tools = document.data.recommendations;
      console.log(`${request.name.padEnd(32)} ${tools.map((tool) => `${tool.name} ${tool.score}`).join(', ') || '(none)'}`);
      if (tools.length > 0) {
        console.log(`${''.padEnd(32)} ${tools[0].reason}`);
      }
    }
    check();
  }, { noAck: true });
  await channel.consume(events.queue, (message) => {
    const document = JSON.parse(message.content.toString());
    try {
      new CloudEvent(document).validate();
    } catch (error) {
      failures.push(`not a CloudEvent: ${error.message}`);
    }
    const request = requests.get(document.data.requestId);
    if (request) {
      request.event = document;
      check();
    }
  }, { noAck: true });

  for (const [name, data, expected] of [...QUESTIONS, ...WRONG.map(([wrong, body, code]) => [wrong, body, { code }])]) {
    const requestId = randomUUID();
    requests.set(requestId, { name, tool: typeof expected === 'string' ? expected : null, code: expected?.code ?? null });
    const body = new CloudEvent({ type: REQUESTED, source: 'discover-node', data: { requestId, ...data } }).toJSON();
    channel.publish('rpc', REQUESTED, Buffer.from(JSON.stringify(body)), {
      contentType: 'application/cloudevents+json', replyTo: replies.queue, correlationId: requestId, messageId: requestId,
    });
  }
  await channel.waitForConfirms();
  const timeout = setTimeout(finish, SECONDS * 1000);
  await finished;
  clearTimeout(timeout);
  await connection.close();

  for (const request of requests.values()) {
    const code = request.reply?.error?.code ?? null;
    const first = request.reply?.data?.recommendations[0]?.name;
    if (!request.reply) {
      failures.push(`${request.name}: no answer within ${SECONDS} s`);
    } else if (code !== request.code) {
      failures.push(`${request.name}: ${code ?? 'answered'}, expected ${request.code ?? 'an answer'}`);
    } else if (request.tool && request.tool !== first) {
      failures.push(`${request.name}: ${first ?? 'nothing'} comes first, expected ${request.tool}`);
    } else if (!request.code && JSON.stringify(request.event?.data) !== JSON.stringify(request.reply.data)) {
      failures.push(`${request.name}: reply and event differ`);
    }
  }
  for (const text of failures) {
    console.error(text);
  }
  console.log(`${QUESTIONS.length} questions and ${WRONG.length} wrong requests; ${failures.length} failures`);
  process.exit(failures.length === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
