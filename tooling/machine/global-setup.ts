import { spawnSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { findObstacle } from '../images/store.ts'
import { debianWith } from './debian.ts'
import { Machine } from './machine.ts'
import { isOutOfReach } from './out-of-reach.ts'
import { Page } from './page.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why no Debian can be booted here; empty where it can. */
    obstacle: string
    /** The image of the machine of the guide. */
    image: string
  }
}

/** Makes the machine of the guide, and switches it on once. Nothing where that cannot be done. */
export default async function setup(project: TestProject): Promise<void> {
  const obstacle = (await findObstacle()) ?? findMissingProgram()
  const made = obstacle === undefined ? await makeMachine() : { image: '', obstacle }
  project.provide('obstacle', made.obstacle)
  project.provide('image', made.image)
  if (made.obstacle !== '') console.log(`the guide to one machine is not tried: ${made.obstacle}`)
}

function findMissingProgram(): string | undefined {
  return ['ssh', 'ssh-keygen'].map(name => (spawnSync(name, ['-?']).error ? `needs ${name}` : undefined)).find(Boolean)
}

async function makeMachine(): Promise<{ image: string; obstacle: string }> {
  const [install] = new Page('one-machine.md').blocks('1. The machine, as root')
  const image = await debianWith(install!).catch((error: Error) => {
    if (isOutOfReach(error)) return undefined
    throw error
  })
  if (image === undefined) return { image: '', obstacle: 'needs a mirror of Debian' }
  try {
    await (await Machine.boot(image)).remove()
    return { image, obstacle: '' }
  } catch (error) {
    return { image: '', obstacle: `needs a kernel that boots systemd in namespaces: ${firstLine(error as Error)}` }
  }
}

function firstLine({ message }: Error): string {
  return message.split('\n')[0]!.replaceAll(/[()]/g, '')
}
