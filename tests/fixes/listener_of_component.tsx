// fixes: 2
import { Component } from 'react';

export class Panel extends Component {
  override componentDidMount() {
    window.addEventListener('resize', this.onResize);
  }

  onResize = () => this.forceUpdate();

  override render() {
    return null;
  }
}

export class Menu extends Component {
  override componentDidMount() {
    document.addEventListener('keydown', this.onKey.bind(this), false);
  }

  override componentWillUnmount() {
    document.removeEventListener(
      'keydown',
      // eslint-disable-next-line unicorn/no-invalid-remove-event-listener
      this.onKey.bind(this),
      false,
    );
  }

  onKey(event: KeyboardEvent) {
    console.log(event.key);
  }

  override render() {
    return null;
  }
}
