import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import './state.css'

interface EmptyProps { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode; tone?: 'plain' | 'done' }

export function Empty({ icon: Icon, title, children, action, tone = 'plain' }: EmptyProps) {
  return (
    <div className={`empty empty--${tone}`}>
      <span className="empty__icon"><Icon size={24} strokeWidth={1.8} aria-hidden="true" /></span>
      <p className="empty__title">{title}</p>
      {children && <p className="empty__text">{children}</p>}
      {action}
    </div>
  )
}

interface FailureProps { title: string; text: string; action: ReactNode; requestId?: ReactNode }

export function Failure({ title, text, action, requestId }: FailureProps) {
  return (
    <div className="empty empty--failure" role="alert">
      <span className="empty__icon"><CircleAlert size={24} strokeWidth={1.8} aria-hidden="true" /></span>
      <p className="empty__title">{title}</p>
      <p className="empty__text">{text}</p>
      {action}
      {requestId}
    </div>
  )
}

export function Skeleton({ width, height = 12, round }: { width: number | string; height?: number; round?: boolean }) {
  return <span className={`skeleton${round ? ' skeleton--round' : ''}`} style={{ width, height }} aria-hidden="true" />
}
