import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button'
import './overlay.css'

interface Props {
  title: string
  closeLabel: string
  isOpen: boolean
  onClose: () => void
  wide?: boolean
  children: ReactNode
  foot?: ReactNode
}

export function Dialog({ title, closeLabel, isOpen, onClose, wide, children, foot }: Props) {
  return (
    <ModalOverlay className="scrim" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className={`modal${wide ? ' modal--wide' : ''}`}>
        <AriaDialog className="dialog">
          <header className="dialog__head">
            <Heading slot="title" level={2} className="dialog__title">{title}</Heading>
            <IconButton label={closeLabel} icon={<X size={18} aria-hidden="true" />} onPress={onClose} />
          </header>
          <div className="dialog__body">{children}</div>
          {foot && <footer className="dialog__foot">{foot}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
