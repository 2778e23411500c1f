// What happens in the rehearsal, in the namespace of the front. Started by rehearse.ts.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Network } from './network.ts'
import { VERSIONS } from './releases.ts'
import { type Outcome, Stage } from './stage.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 10)

const stage = new Stage(new Network(process.argv[2]!), process.argv[3]!)
const say = (text: string) => console.log(`deploy-rehearsal: ${text}`)
const figures: string[] = []
const note = (what: string, detail: string) => {
  figures.push(`| ${what} | ${detail} |`)
  say(`${what}: ${detail}`)
}
const seconds = (outcomes: readonly Outcome[]) => {
  const all = outcomes.map(outcome => outcome.seconds).sort((a, b) => a - b)
  return `${all[0]!.toFixed(1)} to ${all.at(-1)!.toFixed(1)} s, median ${all[all.length >> 1]!.toFixed(1)} s`
}

function succeeded(outcome: Outcome): Outcome {
  assert.equal(outcome.code, 0, outcome.output)
  return outcome
}

function failed(outcome: Outcome, reason: RegExp): Outcome {
  assert.equal(outcome.code, 1, outcome.output)
  assert.match(outcome.output, reason)
  return outcome
}

try {
  await stage.build()
  const [first, second, broken, slow, wrong, third] = VERSIONS.map(({ id }) => join(stage.folder, `${id}.tar.zst`)) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const [r1, r2, , , , r3] = VERSIONS.map(({ id }) => id)
  const all = (id: string | undefined) => [id, id, id]

  succeeded(await stage.deploy('init'))
  stage.writeEnvironment()
  const doctor = await stage.deploy('doctor')
  assert.equal(doctor.code, 0, doctor.output)
  note(
    'the first release on three machines',
    `${succeeded(await stage.deploy('--archive', first)).seconds.toFixed(1)} s`,
  )
  for (const machine of [1, 2, 3] as const) await stage.startApp(machine)
  const urls = await stage.balancers()
  const stopReading = await stage.load('GET', 8, urls)
  let stopWriting = await stage.load('POST', 8, urls)

  const out: Outcome[] = []
  const back: Outcome[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    out.push(succeeded(await stage.deploy('--archive', second)))
    assert.deepEqual(stage.currents(), all(r2))
    back.push(succeeded(await stage.deploy('rollback')))
    assert.deepEqual(stage.currents(), all(r1))
    if (round === 1) console.log(`${out[0]!.output}\n${back[0]!.output}`)
    say(`round ${round} of ${ROUNDS}`)
  }
  note(`rolled out ${ROUNDS} times`, seconds(out))
  note(`rolled back ${ROUNDS} times`, seconds(back))

  const brokenOne = failed(await stage.deploy('--archive', broken), /failed at activate: .*No host was switched/s)
  assert.deepEqual(stage.currents(), all(r1))
  note('a release that does not start', `refused after ${brokenOne.seconds.toFixed(1)} s, nothing switched`)

  stage.configure({ timeoutMs: 8000 })
  const slowOne = failed(await stage.deploy('--archive', slow), /within 8000 ms.*No host was switched/s)
  note(
    'a release that does not become ready',
    `refused after ${slowOne.seconds.toFixed(1)} s of the 8 s it had on one host`,
  )

  stage.configure({})

  const filler = join(stage.path(3), 'filler')
  fill(filler)
  const full = failed(
    await stage.deploy('--archive', wrong),
    /10\.88\.3\.2 failed at (?:upload|unpack): .*No space left/s,
  )
  rmSync(filler)
  note('a machine whose disk is full', `refused after ${full.seconds.toFixed(1)} s, nothing switched`)
  succeeded(await stage.deploy('--archive', second))
  assert.deepEqual(stage.currents(), all(r2))

  // The machine that deploys dies with all its connections, when the first host is done.
  succeeded(await stage.deploy('rollback', r1!))
  const dying = stage.begin('--archive', second)
  while (stage.current(1) !== r2) await sleep(20)
  process.kill(-dying.child.pid!, 'SIGKILL')
  await dying.ended
  assert.notEqual(stage.current(3), r2)
  const resumed = succeeded(await stage.deploy('--archive', second))
  assert.deepEqual(stage.currents(), all(r2))
  note(
    'the machine that deploys dies after the first host',
    `taken up by the same command, done in ${resumed.seconds.toFixed(1)} s`,
  )
  const writing = await stopWriting()

  // What a dying machine was asked to change cannot be asked of another: only readers go on.
  succeeded(await stage.deploy('rollback', r1!))
  const cut = stage.begin('--archive', second)
  while (stage.current(1) !== r2) await sleep(20)
  new Network(process.argv[2]!).kill(2)
  const died = await cut.ended
  failed(died, /10\.88\.2\.2/)
  assert.equal(stage.current(1), r1)
  assert.equal(stage.current(3), r1)
  note('a machine that dies in the middle', `noticed, and the others back, after ${died.seconds.toFixed(1)} s`)
  await stage.boot(2)
  await stage.startApp(2)
  succeeded(await stage.deploy('--archive', second))
  assert.deepEqual(stage.currents(), all(r2))
  const reading = await stopReading()

  // Errors on purpose from here on, for clients of their own.
  stopWriting = await stage.load('POST', 4, urls)
  const stopVictims = await stage.load('GET', 8, urls)
  stage.configure({ watch: { forMs: 20_000 } })
  const wrongOne = failed(await stage.deploy('--archive', wrong), /errors rose: .* is current again/s)
  assert.deepEqual(stage.currents(), all(r2))
  await stopVictims()
  note(
    'a release that answers with errors',
    `went back by itself, ${wrongOne.seconds.toFixed(1)} s after the command began; two machines never saw it`,
  )

  stage.configure({})
  succeeded(await stage.deploy('--archive', third))
  assert.deepEqual(stage.currents(), all(r3))
  succeeded(await stage.deploy('contract'))
  failed(await stage.deploy('rollback', r1!), /can no longer run: 0003_drop_name removed something it uses/)
  assert.deepEqual(stage.currents(), all(r3))
  note('a rollback behind a contract step', 'refused with the name of the step, nothing switched')
  const lastWriting = await stopWriting()

  const answered = reading.answered + writing.answered
  const lost = Object.entries({ ...reading.lost, ...writing.lost }).map(([what, times]) => `${times} times ${what}`)
  note('requests meanwhile', `${answered} answered, ${lost.join(', ') || 'none'} lost`)
  note('the slowest of them', `${writing.slowestMs} ms; ${reading.slowestMs} ms where a machine died`)
  assert.deepEqual({ ...reading.lost, ...writing.lost, ...lastWriting.lost }, {})
  const orders = await stage.orders()
  assert.equal(orders, writing.answered + lastWriting.answered)
  note('orders', `${orders} placed, ${orders} in the database`)
  console.log(`\n| what happened | outcome |\n|---|---|\n${figures.join('\n')}`)
} finally {
  await stage.end()
}

function fill(file: string): void {
  try {
    for (let size = 0; size < 2000; size++) writeFileSync(file, Buffer.alloc(2 ** 20), { flag: 'a' })
  } catch {
    // full
  }
}
