import { expect, test } from 'vitest'
import { has, hasNamespaces, TwoMachines } from './two-machines.ts'

for (const name of ['haproxy', 'nginx'] as const) {
  test.skipIf(!hasNamespaces || !has(name))(
    `two machines behind ${name}, rolling and reloading under load, lose no request (needs Linux, root and ${name})`,
    async () => {
      const machines = new TwoMachines()
      await Promise.all([machines.start('a'), machines.start('b')])
      await machines[name]()
      const stop = await machines.clients(32, [5, 5, 5, 300])
      for (const machine of ['a', 'b'] as const) {
        await machines.reload(machine)
        expect(await machines.stop(machine)).toBe(0)
        await machines.start(machine)
        await machines.reload(machine)
      }
      const { answered, lost, statuses } = await stop()
      expect(lost).toEqual([])
      expect(Object.keys(statuses)).toEqual(['200'])
      expect(answered).toBeGreaterThan(500)
    },
    120_000,
  )
}
