import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readService } from './service-file.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-services-'))
  mkdirSync(join(dir, 'system'))
  writeFileSync(
    join(dir, 'own.conf'),
    [
      '# [shop] in a comment',
      'host=before.any.section',
      '[other]',
      'host=other.example',
      ' [shop] ',
      '# host=commented.example',
      '',
      '  host = shop.example  ',
      '=without a name',
      'without a value',
      'options=-c a=b',
      '[shop]',
      'host=twice.example',
    ].join('\r\n'),
  )
  writeFileSync(join(dir, 'system/pg_service.conf'), '[shop]\nhost=system.example\n[system]\nport=5433\n[empty]\n')
})
afterAll(() => rmSync(dir, { recursive: true }))

const read = (name: string, env: NodeJS.ProcessEnv = {}) =>
  readService(name, { PGSERVICEFILE: join(dir, 'own.conf'), PGSYSCONFDIR: join(dir, 'system'), ...env })

test('a service is the first section of its name, up to the next one', () => {
  expect(read('shop')).toEqual({ host: 'shop.example', options: '-c a=b' })
  expect(read('other')).toEqual({ host: 'other.example' })
})

test('services missing from the user’s file are looked up in the system’s', () => {
  expect(read('system')).toEqual({ port: '5433' })
  expect(read('shop', { PGSERVICEFILE: join(dir, 'none.conf') })).toEqual({ host: 'system.example' })
  expect(read('empty')).toEqual({})
  expect(read('system', { PGSYSCONFDIR: undefined })).toBeUndefined()
  expect(read('sho')).toBeUndefined()
})
