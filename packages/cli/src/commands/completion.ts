import { type Command, chooseWord, optionsOf, wordsOf } from '../command.ts'

const SHELLS = { bash: 'completion/bash', zsh: 'completion/zsh', fish: 'completion/fish' }

const ACTIONS: NonNullable<Command['actions']> = [
  ['bash', 'In ~/.bashrc: source <(arlen completion bash)'],
  ['zsh', 'In ~/.zshrc: source <(arlen completion zsh)'],
  ['fish', 'Into ~/.config/fish/completions/arlen.fish'],
]

/** @param others - the other commands to complete */
export const completionCommand = (others: readonly Command[]): Command => ({
  usage: 'completion [shell]',
  description: 'Print the completion script for bash, zsh or fish',
  actions: ACTIONS,
  examples: ['source <(arlen completion bash)', 'arlen completion fish > ~/.config/fish/completions/arlen.fish'],
  async run(input, io) {
    const template = chooseWord('completion', input.args[0], SHELLS)
    const { renderTemplate } = await import('../generate/render.ts')
    const own = { usage: 'completion', description: 'Print the completion script', actions: ACTIONS }
    io.out((await renderTemplate(template, { commands: [...others, own].map(described) })).trimEnd())
  },
})

function described(command: Omit<Command, 'run'>) {
  const { usage, description } = command
  return {
    name: usage.split(' ')[0]!,
    description,
    words: wordsOf(command),
    options: optionsOf(command).map(([flags, text]) => ({ flag: /--[\w-]+/.exec(flags)![0], description: text })),
  }
}
