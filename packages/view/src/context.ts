import { after } from '@arlen/core'
import type { LocalsArgument, TemplateName } from './types.ts'

/** What templates add to a context whose responses are of type `Reply`. */
export interface ViewContext<Reply> {
  /** Responds with a template: `c.render('users/show', { user })`. */
  render<Name extends TemplateName>(name: Name, ...locals: LocalsArgument<Name>): Reply | Promise<Reply>
}

/** Renders templates with a context, such as the result of `createViews()`. */
export interface Renderer {
  render(name: never, locals: never, context: never): string | Promise<string>
  /** The media type of a template's output. */
  contentType(name: string): string
}

/** What a context needs. The Context of `@arlen/http` has it. */
interface RequestContext {
  text(body: string, init: { type: string }): unknown
  readonly timings?: { lap(stage: 'controller' | 'render'): void } | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the one form of constructor that TypeScript lets a mixin have
type Constructor<Instance> = new (...args: any[]) => Instance
type ReplyOf<Base extends Constructor<RequestContext>> = ReturnType<InstanceType<Base>['text']>
type Render = (name: string, locals: object, context: unknown) => string | Promise<string>

/**
 * Adds `c.render()` to a Context class: `createServer(handler, { context: withViews(Context, createViews({ dir })) })`.
 * Applications made with `arlen` have it already.
 */
export function withViews<Base extends Constructor<RequestContext>>(
  base: Base,
  views: Renderer,
): Base & Constructor<ViewContext<ReplyOf<Base>>> {
  const render = views.render.bind(views) as Render
  return class extends base {
    render(name: string, locals: object = {}): ReplyOf<Base> | Promise<ReplyOf<Base>> {
      this.timings?.lap('controller')
      return after(render(name, locals, this), page => {
        this.timings?.lap('render')
        return this.text(page as string, { type: views.contentType(name) }) as ReplyOf<Base>
      })
    }
  }
}
