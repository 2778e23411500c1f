import type { App } from 'arlen'

export interface Letter {
  to: string
  name: string
  link: string
}

/** Letters that were written, the latest last. */
export const letters: Letter[] = []

export async function sendResetLink({ log }: App, letter: Letter): Promise<void> {
  letters.push(letter)
  log.info(letter, 'a letter')
}
