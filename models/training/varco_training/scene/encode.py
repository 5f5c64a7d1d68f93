"""Pictures to MP4, through GStreamer's command line: no B-frames, a key frame each second, index first."""

import shutil
import subprocess

import cv2

ENCODERS = {
    "h264": "x264enc pass=qual quantizer={quality} bitrate=8000 speed-preset=slow bframes=0 key-int-max={fps} threads=2 "
    "option-string=scenecut=0:aq-mode=2 ! video/x-h264,profile=main ! h264parse",
    "h265": "x265enc bitrate=900 speed-preset=fast key-int-max={fps} "
    "option-string=bframes=0:crf={quality}:scenecut=0:pools=1:frame-threads=1 ! h265parse",
}


class Mp4:
    """A file being written; `write` takes BGR pictures."""

    def __init__(self, path, width, height, fps, codec="h264", quality=27):
        if shutil.which("gst-launch-1.0") is None:
            raise RuntimeError("gst-launch-1.0 is missing: install gstreamer1.0-tools and gstreamer1.0-plugins-ugly")
        coder = ENCODERS[codec].format(quality=quality, fps=fps)
        line = (
            f"fdsrc fd=0 blocksize={width * height * 3 // 2} ! rawvideoparse use-sink-caps=false format=i420 width={width} height={height} "
            f"framerate={fps}/1 ! video/x-raw,colorimetry=bt601 ! {coder} ! mp4mux faststart=true ! filesink location={path}"
        )
        self.path = path
        self.process = subprocess.Popen(["gst-launch-1.0", "-q", *line.split()], stdin=subprocess.PIPE)

    def write(self, picture):
        self.process.stdin.write(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes())

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError(f"{self.path}: gst-launch-1.0 failed (its message is above)")
