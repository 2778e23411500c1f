import { after } from '@arlen/core'
import type { LocalsArgument, TemplateName } from './types.ts'

/** What templates add to the context of a request, whose answers are of type `Answer`. */
export interface ViewContext<Answer> {
  /** An answer made from a template: `c.render('users/show', { user })`. */
  render<Name extends TemplateName>(name: Name, ...locals: LocalsArgument<Name>): Answer | Promise<Answer>
}

/** What renders with a context, such as what `createViews()` makes. */
export interface Renderer {
  render(name: never, locals: never, context: never): string | Promise<string>
  /** The media type of what a template prints. */
  contentType(name: string): string
}

/** What a context must have, such as that of `@arlen/http`. */
interface RequestContext {
  text(body: string, init: { type: string }): unknown
  readonly timings?: { lap(stage: 'controller' | 'render'): void } | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the one form of constructor that TypeScript lets a mixin have
type Constructor<Instance> = new (...args: any[]) => Instance
type AnswerOf<Base extends Constructor<RequestContext>> = ReturnType<InstanceType<Base>['text']>
type Render = (name: string, locals: object, context: unknown) => string | Promise<string>

/**
 * Gives a class of contexts `c.render()`: `createServer(handler, { context: withViews(Context, createViews({ dir })) })`.
 * The package arlen does it by itself.
 */
export function withViews<Base extends Constructor<RequestContext>>(
  base: Base,
  views: Renderer,
): Base & Constructor<ViewContext<AnswerOf<Base>>> {
  const render = views.render.bind(views) as Render
  return class extends base {
    render(name: string, locals: object = {}): AnswerOf<Base> | Promise<AnswerOf<Base>> {
      this.timings?.lap('controller')
      return after(render(name, locals, this), page => {
        this.timings?.lap('render')
        return this.text(page as string, { type: views.contentType(name) }) as AnswerOf<Base>
      })
    }
  }
}
