import type { TestProject } from 'vitest/node'
import publish from '../published/global-setup.ts'
import { prepareBases } from './base.ts'
import { findObstacle } from './store.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why images cannot be built and run here; empty where they can. */
    obstacle: string
  }
}

/** The lines of Node.js that Dockerfiles of ours name. */
const MAJORS = ['24', '26']

/** What images are built on, and a registry with every package. Nothing where no image can be built. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const obstacle = (await findObstacle()) ?? (await prepareBases(MAJORS).then(() => '', inFewWords))
  project.provide('obstacle', obstacle)
  if (obstacle === '') return publish(project)
  console.log(`images are not tried: ${obstacle}`)
  return undefined
}

/** A mirror that is out of reach is no fault of an image. */
function inFewWords(error: Error): string {
  return `needs a Debian to build on: ${error.message.split('\n').slice(0, 2).join(' ')}`.replaceAll(/[()]/g, '')
}
