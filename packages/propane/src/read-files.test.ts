import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/helpers.ts'
import { readConfigFile } from './command-line/config-file.ts'
import { changedVariables, readEnvFile } from './pool/env-file.ts'

function file(text: string): string {
  const name = path.join(temporaryFolder(), 'file')
  writeFileSync(name, text)
  return name
}

test('a configuration file is the accessories, or has them beside other things', () => {
  expect(readConfigFile(file('{"workers": 2}'))).toEqual({ workers: 2 })
  expect(readConfigFile(file('{"name": "shop", "propaneAccessories": {"port": 80}}'))).toEqual({ port: 80 })
})

test.each(['', '{bad', '[]', '"text"', 'null'])('a configuration file with %j is refused by its name', text => {
  const name = file(text)
  expect(() => readConfigFile(name)).toThrow(
    expect.objectContaining({ code: 'config_unreadable', message: expect.stringContaining(name) }),
  )
})

test('an env file has names and values, comments and quotes', () => {
  expect(readEnvFile(file('# comment\nA=1\nB="two words"\n\nexport C=3\n'))).toEqual({ A: '1', B: 'two words', C: '3' })
  expect(() => readEnvFile('/nowhere/env')).toThrow(expect.objectContaining({ code: 'env_file_unreadable' }))
})

test('only the names of changed variables are logged', () => {
  expect(changedVariables({ A: '1', B: 'old', C: 'x' }, { A: '1', B: 'new', D: 'y' })).toEqual(['B', 'C', 'D'])
  expect(changedVariables({ A: '1' }, { A: '1' })).toEqual([])
})
