import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { templateFiles } from '../src/template.ts'

const isMissing = spawnSync('systemd-analyze', ['--version']).status !== 0
const NAMES = ['shop', '2shops', 'my.shop', 'my_shop']

test.skipIf(isMissing).each(['full', 'api'] as const)(
  'systemd has nothing to say against the units of new applications: %s (needs systemd-analyze)',
  template => {
    const folder = mkdtempSync(join(tmpdir(), 'create-arlen-unit-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    for (const name of NAMES) {
      const unit = templateFiles(template, name, 'npm').get(`deploy/${name}.service`)!
      expect(unit).toContain(`WorkingDirectory=/srv/${name}\n`)
      // What it says of this machine: no test machine has its user and its program.
      const text = unit.replace(`User=${name}`, 'User=root').replace(/^Exec(Start|Reload)=\S+/gm, 'Exec$1=/bin/true')
      writeFileSync(join(folder, `${name}.service`), text)
    }
    const files = NAMES.map(name => join(folder, `${name}.service`))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
      encoding: 'utf8',
    })
    expect([status, stdout, stderr]).toEqual([0, '', ''])
  },
)
