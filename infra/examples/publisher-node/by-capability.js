'use strict';
// Usage: npm install && RABBITMQ_URL=amqp://guest:guest@127.0.0.1 node by-capability.js [capability [parameters]]
// Asks for a capability instead of a tool, waits for the reply, and prints one line of JSON: who did it, or why nobody can.
// Exits with 0 when it completed, with 2 when it was refused or failed.
const { randomUUID } = require('node:crypto');
const amqp = require('amqplib');

const REQUESTED = 'tool.execution.requested';
const SECONDS = Number(process.env.CLIENT_TIMEOUT_SECONDS ?? 60);

// A PNG of 4 x 4 pixels, left half red, right half blue.
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAE0lEQVR42mP4z8AARGDiPwNxHACeow/xy+hZbgAAAABJRU5ErkJggg==';
const CAPABILITY = process.argv[2] ?? 'cap:ext=png;in="media:bytes;image;png";op=generate_thumbnail;out="media:bytes;image;png"';
const PARAMETERS = JSON.parse(process.argv[3] ?? JSON.stringify({ file: PICTURE, size: 2 }));

async function main() {
  const connection = await amqp.connect(process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672');
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const requestId = randomUUID();
  const answered = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${SECONDS} s`)), SECONDS * 1000).unref();
    channel.consume(queue, (message) => resolve(JSON.parse(message.content.toString())), { noAck: true }).catch(reject);
  });
  const data = { cap: CAPABILITY, parameters: PARAMETERS, requestId, agentId: `node-${requestId}` };
  const body = { id: randomUUID(), type: REQUESTED, source: 'by-capability', data, timestamp: new Date().toISOString(), version: '1.0.0' };
  channel.publish(REQUESTED, REQUESTED, Buffer.from(JSON.stringify(body)), { contentType: 'application/json', replyTo: queue, correlationId: requestId });
  await channel.waitForConfirms();

  const answer = await answered;
  await connection.close();
  const { error, data: done } = answer;
  console.log(JSON.stringify(error
    ? { type: answer.type, code: error.code, message: error.message, details: error.details }
    : { type: answer.type, cap: done.cap, matchedCap: done.matchedCap, provider: done.provider, result: done.result }));
  process.exit(error ? 2 : 0);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
