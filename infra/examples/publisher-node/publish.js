'use strict';
// Usage: npm install && RABBITMQ_URL=amqp://guest:guest@127.0.0.1 node publish.js
// Publishes the same request in each body format, to the event's own exchange, to `events` and to `rpc`; shows every event
// that comes back; exits with 0 when each request was started and completed and the CloudEvents SDK accepted every body.
const { randomUUID } = require('node:crypto');
const amqp = require('amqplib');
const { CloudEvent } = require('cloudevents');

const REQUESTED = 'tool.execution.requested';
const DOORS = [REQUESTED, 'events', 'rpc'];
const SECONDS = Number(process.env.PUBLISHER_TIMEOUT_SECONDS ?? 60);

// Each takes the payload and gives body and properties, as a client of that kind would.
const FORMATS = {
  'MassTransit envelope': (data) => ({
    body: { messageId: randomUUID(), messageType: [`urn:message:${REQUESTED}`], message: data, sourceAddress: 'rabbitmq://localhost/publisher-node' },
    properties: { contentType: 'application/vnd.masstransit+json' },
  }),
  'CloudEvents structured': (data) => ({
    body: new CloudEvent({ type: REQUESTED, source: 'publisher-node', data }).toJSON(),
    properties: { contentType: 'application/cloudevents+json' },
  }),
  'CloudEvents binary': (data) => ({
    body: data,
    properties: {
      contentType: 'application/json',
      headers: { 'cloudEvents:specversion': '1.0', 'cloudEvents:id': randomUUID(), 'cloudEvents:type': REQUESTED, 'cloudEvents:source': 'publisher-node' },
    },
  }),
  'platform envelope': (data) => ({
    body: { id: randomUUID(), type: REQUESTED, source: 'publisher-node', data, timestamp: new Date().toISOString(), version: '1.0.0' },
    properties: { contentType: 'application/json' },
  }),
  'bare JSON': (data) => ({ body: data, properties: { contentType: 'application/json', type: REQUESTED, appId: 'publisher-node' } }),
};

async function main() {
  const connection = await amqp.connect(process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672');
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'events', 'tool.execution.#');

  const waiting = new Map();
  const wrong = [];
  let finish;
  const finished = new Promise((resolve) => { finish = resolve; });
  await channel.consume(queue, (message) => {
    if (message.fields.routingKey === REQUESTED) {
      return; // What we publish to `events` fits the pattern too.
    }
    const document = JSON.parse(message.content.toString());
    try {
      new CloudEvent(document).validate();
    } catch (error) {
      wrong.push(`${document.type}: ${error.message}`);
    }
    const request = waiting.get(document.data.executionId);
    if (!request) {
      return;
    }
    request.seen.push(document.data.status);
    const detail = document.data.result !== undefined ? JSON.stringify(document.data.result) : document.data.message ?? document.data.error ?? '';
    console.log(`${request.name.padEnd(52)} ${document.type.padEnd(26)} #${document.data.sequence} ${document.data.state} ${detail}`);
    if (['completed', 'failed', 'cancelled'].includes(document.data.status)) {
      request.done = document.data.status;
      if ([...waiting.values()].every((other) => other.done)) {
        finish();
      }
    }
  }, { noAck: true });

  for (const [format, write] of Object.entries(FORMATS)) {
    for (const door of DOORS) {
      const executionId = randomUUID();
      waiting.set(executionId, { name: `${format} -> ${door}`, seen: [], done: null });
      const { body, properties } = write({
        toolId: process.env.TOOL ?? 'slow-count',
        executionId,
        requestId: executionId,
        agentId: `publisher-node-${executionId}`,
        parameters: JSON.parse(process.env.PARAMETERS ?? '{"seconds":1}'),
      });
      channel.publish(door, REQUESTED, Buffer.from(JSON.stringify(body)), { persistent: true, messageId: randomUUID(), ...properties });
    }
  }
  await channel.waitForConfirms();

  const timeout = setTimeout(finish, SECONDS * 1000);
  await finished;
  clearTimeout(timeout);
  await connection.close();

  const bad = [...waiting.values()].filter((request) => request.done !== 'completed' || !request.seen.includes('started'));
  for (const request of bad) {
    console.error(`${request.name}: ${request.done ?? `no end within ${SECONDS} s`}; seen: ${request.seen.join(', ') || 'nothing'}`);
  }
  for (const text of wrong) {
    console.error(`not a CloudEvent: ${text}`);
  }
  console.log(`${waiting.size - bad.length} of ${waiting.size} requests completed; ${wrong.length} bodies refused by the CloudEvents SDK`);
  process.exit(bad.length === 0 && wrong.length === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
