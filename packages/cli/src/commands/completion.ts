import { type Command, chooseWord, optionsOf } from '../command.ts'

const SHELLS = { bash: 'completion/bash', zsh: 'completion/zsh', fish: 'completion/fish' }

/** @param others - the other commands to complete */
export const completionCommand = (others: readonly Command[]): Command => ({
  usage: 'completion [shell]',
  description: 'Print the completion script for bash, zsh or fish',
  words: Object.keys(SHELLS),
  examples: ['source <(arlen completion bash)', 'arlen completion fish > ~/.config/fish/completions/arlen.fish'],
  async run(input, io) {
    const template = chooseWord('completion', input.args[0], SHELLS)
    const { renderTemplate } = await import('../generate/render.ts')
    const own = { usage: 'completion', description: 'Print the completion script', words: Object.keys(SHELLS) }
    io.out((await renderTemplate(template, { commands: [...others, own].map(described) })).trimEnd())
  },
})

function described(command: Omit<Command, 'run'>) {
  const { usage, description, words = [] } = command
  return {
    name: usage.split(' ')[0]!,
    description,
    words: [...words],
    options: optionsOf(command).map(([flags, text]) => ({ flag: /--[\w-]+/.exec(flags)![0], description: text })),
  }
}
