// fixes: 2
import { useEffect } from 'react';

export function Ticker({ url }: { url: string }) {
  useEffect(() => {
    setInterval(() => void fetch(url), 1000);
  }, [url]);
  return null;
}

export function Other({ url }: { url: string }) {
  useEffect(() => {
    const id = setInterval(() => void fetch(url), 1000);
    console.log(id);
  }, [url]);
  return null;
}
