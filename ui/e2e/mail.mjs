// The least of SMTP: to hand mail to the receiver, and to see what leaves.
import { connect, createServer } from 'node:net'

/** Delivers messages over one connection. */
export async function deliver(port, to, mails) {
  const socket = connect(port, '127.0.0.1')
  const lines = reader(socket)
  const expect = async (code) => {
    let line
    do line = await lines()
    while (line[3] === '-')
    if (!line.startsWith(code)) throw new Error(`the receiver answered ${line}`)
  }
  const say = (text) => socket.write(`${text}\r\n`)
  await expect('220')
  say('EHLO test.example')
  await expect('250')
  for (const { from, name, subject, text } of mails) {
    say(`MAIL FROM:<${from}>`)
    await expect('250')
    say(`RCPT TO:<${to}>`)
    await expect('250')
    say('DATA')
    await expect('354')
    const head = [`From: ${name} <${from}>`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: <${crypto.randomUUID()}@example.com>`, `Date: ${new Date().toUTCString()}`, 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8']
    say(`${head.join('\r\n')}\r\n\r\n${text}\r\n.`)
    await expect('250')
  }
  socket.end('QUIT\r\n')
}

function reader(socket) {
  const ready = []
  const waiting = []
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk) => {
    const parts = (rest + chunk).split('\r\n')
    rest = parts.pop()
    for (const line of parts) waiting.length ? waiting.shift().resolve(line) : ready.push(line)
  })
  let ended
  const end = (error) => {
    ended = error
    waiting.splice(0).forEach(({ reject }) => reject(error))
  }
  socket.on('error', end)
  socket.on('close', () => ended ?? end(new Error('the receiver hung up')))
  return () => (ready.length ? Promise.resolve(ready.shift()) : ended ? Promise.reject(ended) : new Promise((resolve, reject) => waiting.push({ resolve, reject })))
}

/** A mail server that takes everything and remembers it. */
export async function startSink() {
  const taken = []
  const server = createServer((socket) => {
    let mail = null
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('error', () => undefined)
    socket.write('220 sink\r\n')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()
      for (const line of lines) {
        if (mail !== null && line === '.') {
          taken.push(mail)
          mail = null
          socket.write('250 taken\r\n')
        } else if (mail !== null) mail += `${line}\n`
        else if (/^DATA/i.test(line)) {
          mail = ''
          socket.write('354 go on\r\n')
        } else socket.write(/^QUIT/i.test(line) ? '221 bye\r\n' : '250 fine\r\n')
      }
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, taken, stop: () => server.close() }
}
