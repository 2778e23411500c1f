import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BoomhauerOptions } from '../src/index.ts'
import { type Files, type TestFolder, TestServer } from './support.ts'

const PACKAGES = ['arlen', '@arlen/core', '@arlen/view', '@arlen/http', '@arlen/mail']

/** Lets a folder import the packages of this repository. */
export function linkPackages(folder: TestFolder): void {
  for (const name of PACKAGES) {
    const path = folder.path(`node_modules/${name}`)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(fileURLToPath(new URL(`../../${name.replace('@arlen/', '')}`, import.meta.url)), path)
  }
  const valibot = fileURLToPath(new URL('../../arlen/node_modules/valibot', import.meta.url))
  symlinkSync(valibot, folder.path('node_modules/valibot'))
}

/** An application of arlen under the development server. @param ofTest - it is closed with the test that started it. */
export async function arlenApp(files: Files, options: BoomhauerOptions = {}, ofTest = true): Promise<TestServer> {
  const app = new TestServer(files, ofTest)
  linkPackages(app)
  return app.start({ preload: ['arlen'], ...options }, ofTest)
}
