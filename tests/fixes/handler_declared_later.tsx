// fixes: 1
import { useCallback, useEffect, useState } from 'react';

export function Table() {
  const [active, setActive] = useState<number | null>(null);
  const onMove = useCallback(() => {}, []);
  const removeListeners = useCallback(() => {
    window.removeEventListener('mousemove', onMove);
    window.removeEventListener('mouseup', removeListeners);
  }, [onMove]);
  const onUp = useCallback(() => {
    setActive(null);
    removeListeners();
  }, [removeListeners]);
  useEffect(() => {
    if (active !== null) {
      window.addEventListener('mousemove', onMove);
      window.addEventListener('mouseup', onUp);
    }
    return () => {
      removeListeners();
    };
  }, [active, onMove, onUp, removeListeners]);
  return null;
}
