import { describe, expect, test } from 'vitest'
import { describeReport } from '../src/index.ts'
import { gate, lostIn } from './tiny-gate.ts'

describe('a loss fails the gate, and without it the gate passes:', () => {
  test.each([
    ['nothing', '', []],
    ['one module', 'module', ['modules']],
    ['one query', 'query', ['queries']],
  ])('%s more', async (_, loss, lost) => {
    expect(lostIn(await gate(loss, ['counters']))).toEqual(lost)
  })

  test('one system call more', async () => {
    const report = await gate('call', ['counters'])
    const calls = report.scenarios[0]!.checks.find(({ name }) => name === 'calls')!
    // Where strace(1) is missing, or may not look, the report says so.
    if (calls.note === undefined) expect(lostIn(report)).toContain('calls')
    else expect(calls.note).toMatch(/strace/)
  })

  test('CPU time', async () => {
    const same = await gate('', ['throughput'])
    expect(lostIn(same)).toEqual([])
    expect(same.outcome).not.toBe('loss')
    const lost = await gate('cpu', ['throughput'])
    expect(lostIn(lost)).toEqual(['cpu'])
    expect(lost.outcome).toBe('loss')
    expect(describeReport(lost)).toMatch(/LOSS {5} hello.*CPU time a request: loss/s)
    // A loss counts when it has shown twice, each time in at least so many pairs.
    expect(lost.scenarios[0]!.raw.rounds.length).toBeGreaterThanOrEqual(4)
  })

  test('latency', async () => {
    expect(lostIn(await gate('', ['latency']))).toEqual([])
    const report = await gate('wait', ['latency'])
    const p50 = report.scenarios[0]!.comparisons.find(({ name }) => name === 'p50')!
    // On a machine that is busy, in both measurements or in the second, the report says so.
    if (p50.note === undefined) expect(p50.outcome).toBe('loss')
    else {
      expect(p50.outcome).toBe('undecided')
      expect(p50.note).toMatch(/came late itself|^lost once/)
    }
  })

  test('memory', async () => {
    expect(lostIn(await gate('leak', ['growth'], 'nothing'))).toEqual(['growth'])
    expect(lostIn(await gate('', ['growth'], 'nothing'))).toEqual([])
  })
})
